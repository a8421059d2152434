import Catalog
import Jobs
import Postgres
import TestSupport
import Testing

@testable import API

@Suite(.timeLimit(.minutes(1))) struct PrometheusTextTests {
    @Test("Requests are counted by status, and their times add up from bound to bound")
    func requests() {
        let metrics = HTTPMetrics()
        for (status, time) in [(200, 0.5), (200, 3), (404, 250), (200, 20_000)] {
            metrics.count(method: "GET", path: "/uploads/{id}", status: status, took: .milliseconds(time))
        }
        var text = PrometheusText()
        text.add(metrics)
        let labels = #"method="GET",path="/uploads/{id}""#
        let name = "catalog_http_request_duration_seconds"
        #expect(
            text.text == """
                # HELP catalog_http_requests_total Requests answered.
                # TYPE catalog_http_requests_total counter
                catalog_http_requests_total{\(labels),status="200"} 3
                catalog_http_requests_total{\(labels),status="404"} 1
                # HELP \(name) Time to the answer's head.
                # TYPE \(name) histogram
                \(name)_bucket{\(labels),le="0.001"} 1
                \(name)_bucket{\(labels),le="0.005"} 2
                \(name)_bucket{\(labels),le="0.01"} 2
                \(name)_bucket{\(labels),le="0.05"} 2
                \(name)_bucket{\(labels),le="0.1"} 2
                \(name)_bucket{\(labels),le="0.5"} 3
                \(name)_bucket{\(labels),le="1.0"} 3
                \(name)_bucket{\(labels),le="5.0"} 3
                \(name)_bucket{\(labels),le="10.0"} 3
                \(name)_bucket{\(labels),le="+Inf"} 4
                \(name)_sum{\(labels)} 20.2535
                \(name)_count{\(labels)} 4

                """)
    }

    @Test("What ends a label is escaped; numbers are whole where they can be")
    func samples() {
        var text = PrometheusText()
        text.sample("a", [("l", "\"\\\n")], 1_000_000)
        text.sample("b", [], 0.25)
        #expect(text.text == "a{l=\"\\\"\\\\\\n\"} 1000000\nb 0.25\n")
    }

    @Test(
        "The report tells queues and uploads as they stand; every sample belongs to the family above it, and none comes twice"
    )
    func report() async throws {
        try await withDatabase(migrated: true) { conninfo in
            try await Pool(conninfo).closing { pool in
                try await pool.transaction { session in
                    try session.addVendor(Vendor(vendorID: "V001", vendorName: "Acme", email: "a@example.com"))
                    try session.queueUpload(
                        Upload(
                            uploadID: "UPLOAD_20260102_030405_metered", vendorID: "V001", fileName: "f.csv",
                            mode: .create,
                            policy: .loadValid, bucket: "inbox", objectKey: "uploads/V001/f.csv"), source: "test")
                    _ = try session.enqueue(NewJob(queue: "onboard", kind: "onboard"))
                }
                let text = try await MetricsReport(pool: pool, http: HTTPMetrics()).text()
                let lines = text.split(separator: "\n").map(String.init)
                for line in [
                    #"catalog_jobs{queue="onboard",state="ready"} 1"#,
                    #"catalog_jobs{queue="onboard",state="dead"} 0"#,
                    #"catalog_uploads_unfinished{status="queued"} 1"#,
                    #"catalog_uploads_unfinished{status="processing"} 0"#,
                    #"catalog_uploads_last_hour{status="queued"} 1"#, #"catalog_rows_last_hour{result="error"} 0"#,
                ] { #expect(lines.contains(line), "\(line) in \(text)") }
                Self.check(lines)
            }
        }
    }

    private static func check(_ lines: [String]) {
        var family = ""
        var seen: Set<Substring> = []
        for line in lines {
            let words = line.split(separator: " ")
            if words[0] == "#" {
                if words[1] == "HELP" { family = String(words[2]) }
                #expect(words[2] == family && ["HELP", "TYPE"].contains(words[1]), "\(line)")
            } else {
                #expect(line.hasPrefix(family) && Double(words.last ?? "") != nil, "\(line)")
                #expect(seen.insert(line[..<(line.lastIndex(of: " ") ?? line.endIndex)]).inserted, "\(line)")
            }
        }
    }
}
