import Curl
import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(3))) struct DemoPortalTests {
    @Test("The demo's link is told while the pages are there, also to a file, and signs its vendor in; Ctrl-C ends it")
    func link() async throws {
        try await CatalogBinary.with { catalog in
            let address = "127.0.0.1:\(try FreePorts.take(1)[0])"
            let words = "exec \"$0\" demo --portal --examples \"$1\" >out"
            let demo = try Subprocess.start(
                "/bin/sh", ["-c", words, Project.binary("catalog"), Project.file("examples")],
                environment: catalog.environment.merging(["CATALOG_HTTP_ADDRESS": address]) { $1 },
                directory: catalog.folder.path)
            let token = try await eventually(within: .seconds(90)) {
                // There is no file before the shell has begun.
                let text = (try? String(contentsOfFile: catalog.folder.file("out"), encoding: .utf8)) ?? ""
                return text.firstMatch(of: /http:\S+\/sign-in#(cat_\w+)/).map { String($0.1) }
            }
            let form = HTTPRequest(
                "POST", "http://\(address)/sign-in",
                headers: [
                    ("Content-Type", "application/x-www-form-urlencoded"), ("Sec-Fetch-Site", "same-origin"),
                ], body: .bytes(Array("token=\(token)".utf8)))
            let http = HTTPClient()
            let answer = try await eventually { try? await http.send(form) }  // refused until it listens
            #expect(answer.status == 303 && answer.headers["set-cookie"]?.hasPrefix("catalog=ses_") == true)
            demo.signal(SIGINT)
            let outcome = try await demo.wait()
            #expect(outcome.status == 0, "\(outcome.error)")
        }
    }
}
