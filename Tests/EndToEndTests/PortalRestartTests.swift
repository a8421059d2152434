import Foundation
import Postgres
import TestSupport
import Testing

/// Pages that are open while the service goes away.
@Suite(.timeLimit(.minutes(10))) struct PortalRestartTests {
    @Test("An upload's page that is open while the service is killed and started again shows the end by itself")
    func restart() async throws {
        let address = "127.0.0.1:\(try FreePorts.take(1)[0])"
        try await ServiceEnvironment.with(vendors: ["V001", "V002"], ["CATALOG_HTTP_ADDRESS": address]) { service in
            let portal = PortalEnvironment(api: try await APIEnvironment(service, at: address))
            // Without a worker, so that the upload waits.
            let first = try service.start("serve", "--roles", "api,portal")
            try await portal.api.waitUntilReady()
            let answer = try await portal.api.call(
                "POST", "/uploads?fileName=open.csv", csv: ServiceEnvironment.file(good: 2, bad: 0, prefix: "R"))
            let uploadID = try #require(answer["uploadId"])
            let marker = service.catalog.folder.file("page-is-open")
            let browsing = Task {
                try await portal.browse(
                    "restart",
                    [
                        "path": "/portal/uploads/\(uploadID)", "marker": marker,
                        "sentence": "All 2 rows were loaded: 2 new products.",
                    ])
            }
            try await eventually(within: .seconds(180)) { FileManager.default.fileExists(atPath: marker) }
            first.signal(SIGKILL)
            _ = try await first.wait()
            try await service.running("serve", "--roles", "api,portal,worker") {
                let problems = try await browsing.value
                #expect(problems == [])
            }
        }
    }
}
