import Curl
import Foundation
import TestSupport
import Testing
import Threads

/// What killed processes leave on the disk.
@Suite(.timeLimit(.minutes(3))) struct LeftoverTests {
    private static func leftovers(_ folder: String) -> [String] {
        (FileManager.default.subpaths(atPath: folder) ?? []).filter { $0.contains(".staged-") }
    }

    @Test("Half an object of a service that was killed while it stored it is gone after the next start")
    func killedWhileStoring() async throws {
        let address = "127.0.0.1:\(try FreePorts.take(1)[0])"
        try await ServiceEnvironment.with(["CATALOG_HTTP_ADDRESS": address]) { service in
            let token = try await service.catalog.succeed("vendor", "token", "V001")
            let objects = service.catalog.folder.file("objects")
            let file = Array((ServiceEnvironment.header + String(repeating: "# filler\n", count: 8 << 20)).utf8)
            let request = HTTPRequest(
                "POST", "http://\(address)/uploads?fileName=big.csv",
                headers: [
                    (name: "Authorization", value: "Bearer \(token.trimmingCharacters(in: .whitespacesAndNewlines))"),
                    (name: "Content-Type", value: "text/csv"),
                ], body: .bytes(file))
            // A round whose answer comes before the kill leaves nothing: then there is another one.
            while Self.leftovers(objects).isEmpty {
                try Task.checkCancellation()
                let victim = try service.start("serve", "--roles", "api")
                let http = HTTPClient()
                try await eventually(within: .seconds(60)) {
                    // Refused until it listens.
                    (try? await http.send(HTTPRequest("GET", "http://\(address)/readyz")).status) == 200
                }
                let isAnswered = Locked(false)
                let upload = Task {
                    _ = try? await http.send(request)  // because it is cut off
                    isAnswered.withLock { $0 = true }
                }
                while Self.leftovers(objects).isEmpty, !isAnswered.withLock({ $0 }) { await Task.yield() }
                victim.signal(SIGKILL)
                _ = try await victim.wait()
                await upload.value
            }
            try await service.running("serve", "--roles", "api") {
                try await eventually { Self.leftovers(objects).isEmpty }
                try await eventually(within: .seconds(60)) {
                    // Refused until it listens.
                    (try? await HTTPClient().send(HTTPRequest("GET", "http://\(address)/readyz")).status) == 200
                }
            }
        }
    }
}
