import Curl
import Foundation
import Postgres
import TestSupport
import Testing

/// Lines of the log that belong together can be found by one id.
@Suite(.timeLimit(.minutes(3))) struct LogContextTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    @Test(
        """
        A request's X-Request-Id and trace are in the answer and on every line of the upload, from the request to the mail; \
        numbers are numbers
        """)
    func joined() async throws {
        let address = "127.0.0.1:\(try FreePorts.take(1)[0])"
        try await ServiceEnvironment.with(vendors: ["V001", "V002"], ["CATALOG_HTTP_ADDRESS": address]) { service in
            let api = try await APIEnvironment(service, at: address)
            let log = try await log(of: service) {
                try await api.waitUntilReady()
                let answer = try await api.call(
                    "POST", "/uploads?fileName=a.csv", csv: APIEnvironment.file("a"),
                    headers: [("X-Request-Id", "order-42"), ("traceparent", "00-\(Self.trace)-00f067aa0ba902b7-01")])
                #expect(answer.headers["X-Request-Id"] == "order-42")
                try await api.end(of: try #require(answer["uploadId"]))
                let own = try await api.call("GET", "/uploads", headers: [("X-Request-Id", "two words")])
                #expect(own.headers["X-Request-Id"].map { !$0.isEmpty && $0 != "two words" } == true)
            }
            // Other lines are none of ours.
            let lines = log.split(separator: "\n").compactMap {
                try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
            }
            try judge(lines, uploadID: try await service.value("select upload_id from catalog.upload_history"))
            #expect(
                try await service.value("select string_agg(distinct request_id, ' ') from catalog.changes")
                    == "order-42")
        }
    }

    /// What a process writes while `body` runs.
    private func log(of service: ServiceEnvironment, _ body: () async throws -> Void) async throws -> String {
        let process = try service.start("serve", "--roles", "api,worker")
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await body())
        } catch {
            outcome = .failure(error)
        }
        process.signal(SIGTERM)
        let log = try await process.wait().output
        try outcome.get()
        return log
    }

    private func judge(_ lines: [[String: Any]], uploadID: String?) throws {
        func line(_ event: String) throws -> [String: Any] {
            try #require(
                lines.first { $0["event"] as? String == event && $0["request_id"] as? String == "order-42" }, "\(event)"
            )
        }
        for event in ["upload.started", "upload.finished", "upload.report.written", "upload.notified"] {
            let line = try line(event)
            #expect(line["upload_id"] as? String == uploadID, "\(event)")
            #expect(line["trace_id"] as? String == Self.trace, "\(event)")
            #expect(line["job_id"] is NSNumber && line["attempt"] as? Int == 1, "\(event)")
        }
        #expect((200...202).contains(try line("http.request")["status"] as? Int ?? 0))
        let finished = try line("upload.finished")
        #expect(finished["rows"] as? Int == 2 && finished["rejected"] as? Int == 1)
        #expect((finished["seconds"] as? Double ?? 0) > 0 && (finished["bytes"] as? Int ?? 0) > 0)
    }
}
