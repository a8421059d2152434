import Curl
import Foundation
import TestSupport
import Testing

/// Where the service listens: for callers, and for operators alone.
@Suite(.timeLimit(.minutes(5))) struct ListenAddressTests {
    @Test("Metrics are given at the operators' address only, if there is one; health at both")
    func operators() async throws {
        let address = "127.0.0.1:\(try FreePorts.take(1)[0])"
        try await APIEnvironment.with(roles: "api", ["CATALOG_METRICS_ADDRESS": address]) { api in
            #expect(try await api.call("GET", "/metrics", as: nil).status == 404)
            #expect(try await api.call("GET", "/readyz", as: nil).status == 200)
            let http = HTTPClient()
            for (path, status) in [("metrics", 200), ("readyz", 200), ("healthz", 200), ("uploads", 404)] {
                let answer = try await http.send(HTTPRequest("GET", "http://\(address)/\(path)"))
                #expect(answer.status == status, "\(path)")
            }
            let metrics = try await http.send(HTTPRequest("GET", "http://\(address)/metrics"))
            #expect(String(decoding: metrics.body, as: UTF8.self).contains("route=\"GET /readyz\""))
        }
    }

    @Test(
        "catalog health says what a process says of itself, wherever it is told to listen; a process that is not there is not healthy"
    )
    func health() async throws {
        let address = "127.0.0.1:\(try FreePorts.take(1)[0])"
        try await ServiceEnvironment.with(["CATALOG_METRICS_ADDRESS": address]) { service in
            func ask(_ arguments: String...) async throws -> Subprocess.Outcome {
                try await service.catalog.run(["health"] + arguments, setting: service.variables)
            }
            let before = try await ask("--alive")
            #expect(before.status == 1 && before.error.contains("no answer from"), "\(before.error)")
            try await service.running("worker") {
                try await eventually(within: .seconds(60)) { try await ask().status == 0 }
                #expect(try await ask().output == "ready\n")
                #expect(try await ask("--alive").output == "alive\n")
                let elsewhere = try await ask("--address", "127.0.0.1:1")
                #expect(elsewhere.status == 1 && elsewhere.output.isEmpty)
            }
        }
    }

    @Test(
        "An address that cannot be had stops the start before any work begins, and is named with its variable",
        arguments: ["CATALOG_HTTP_ADDRESS", "CATALOG_METRICS_ADDRESS"])
    func inUse(variable: String) async throws {
        try await ServiceEnvironment.with { service in
            let python = try PythonTools.program("python")
            let server = { [python, Project.file("Tests/Servers/oidc_issuer.py"), $0] }
            try await ListeningProcess.with(server) { other in
                for (address, remedy) in [
                    ("127.0.0.1:\(other.port)", "the address is in use"),
                    ("192.0.2.1:8080", "does not have the address"),
                ] {
                    let process = try service.start("serve", setting: [variable: address])
                    let end = try await process.wait()
                    #expect(end.status == 1)
                    #expect(end.error.contains("\(variable) is '\(address)': "), "\(end.error)")
                    #expect(end.error.contains(remedy), "\(end.error)")
                    #expect(!end.output.contains("service.started"))
                }
            }
        }
    }
}
