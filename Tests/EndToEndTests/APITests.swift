import Curl
import Foundation
import OpenSSL
import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct APITests {
    @Test("The guide's commands of a vendor, one by one: upload, watch, fetch the errors, correct them, upload again")
    func guide() async throws {
        try await APIEnvironment.with { api in
            let script = try DocumentedPage("docs/guides/http-api.md").script("vendor-session")
                .replacing("http://127.0.0.1:8080", with: api.url)
            let outcome = try await Subprocess.run(
                "/bin/bash", ["-euc", script],
                environment: ["TOKEN": api.tokens["V001"] ?? "", "PATH": "/usr/bin:/bin"],
                directory: api.service.catalog.folder.path)
            #expect(outcome.status == 0, "\(outcome.output)\(outcome.error)")
            #expect(outcome.output.contains("event: status"))
            #expect(outcome.output.contains("Price must be a number with at most 2 decimals: 'free'"))
            let statuses = try await api.service.catalog.rows(
                "select status from catalog.upload_history order by upload_timestamp")
            #expect(statuses == [["partial"], ["completed"]])
            #expect(try await api.service.value("select count(*) from catalog.products") == "3")
        }
    }

    @Test("Announced, as a form or as a body: a file comes in once, and only as it was announced")
    func waysIn() async throws {
        try await APIEnvironment.with { api in
            let file = APIEnvironment.file("A")
            let digest = SHA256.hash(Array(file.utf8)).hex
            let place = try await api.call(
                "POST", "/uploads", json: #"{"fileName": "a b.csv", "sha256": "\#(digest)"}"#)
            #expect(place.status == 201)
            let (uploadID, target) = (try #require(place["uploadId"]), try #require(place["uploadUrl"]))
            let path = String(target.dropFirst(api.url.count))
            let expiry = try await api.service.value(
                "select to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') from catalog.upload_slots"
            )
            #expect(place["expiresAt"] == expiry)
            #expect(try await api.call("GET", "/uploads/\(uploadID)")["status"] == "queued")
            let wrong = try await api.call("PUT", path, as: nil, csv: file + " ")
            #expect(wrong.problem == "digest-mismatch")
            #expect(try await api.call("PUT", path, as: nil, csv: file).status == 202)
            #expect(try await api.call("PUT", path, as: nil, csv: file).status == 202, "the same bytes again")
            #expect(try await api.call("PUT", "\(path)0", as: nil, csv: file).status == 404)
            try await api.end(of: uploadID)
            let upload = try await api.call("GET", "/uploads/\(uploadID)")
            #expect(upload["status"] == "partial")
            #expect(upload["fileName"] == "a b.csv")
            #expect(upload["errorCounts", "INVALID_PRICE"] == "1")
            #expect(upload["fileSha256"] == digest)

            let form = try await Subprocess.run(
                "/usr/bin/curl",
                [
                    "-sf", "-H", "Authorization: Bearer \(api.tokens["V001"] ?? "")", "-F", "mode=upsert", "-F",
                    "dryRun=true",
                    "-F", "file=@\(try api.service.catalog.folder.write(file, to: "form.csv"))", "\(api.url)/uploads",
                ])
            #expect(form.output.contains("\"uploadId\""), "\(form.error)")
            try await api.service.waitForAll(1)
            let list = try await api.call("GET", "/uploads?limit=1")
            #expect(list["items", "fileName"] == "form.csv")
            #expect(list["items", "mode"] == "upsert")
            #expect(list["items", "unchangedRecords"] == "1")
            #expect(list["nextCursor"] != nil)
        }
    }

    @Test("A dry run counts and reports, and loads nothing")
    func dryRun() async throws {
        try await APIEnvironment.with { api in
            let uploadID = try await api.upload("D", "&dryRun=true")
            let upload = try await api.call("GET", "/uploads/\(uploadID)")
            #expect(upload["status"] == "partial")
            #expect(upload["createdRecords"] == "1")
            #expect(upload["dryRun"] == "1")
            let report = try await api.call("GET", "/uploads/\(uploadID)/errors", headers: [("Accept", "text/csv")])
            #expect(report.text.contains("2,D-2,D-sku-2,D bad,INVALID_PRICE"))
            #expect(try await api.call("GET", "/products")["items", "sku"] == nil)
            #expect(try await api.service.value("select count(*) from catalog.notifications") == "0")
            #expect(try await api.call("POST", "/uploads/\(uploadID)/revert").problem == "conflict")
        }
    }

    @Test("Cancelled before its bytes came, tried again after a failure, reverted after its end")
    func changesOfMind() async throws {
        try await APIEnvironment.with { api in
            let place = try await api.call("POST", "/uploads", json: #"{"fileName": "c.csv"}"#)
            let waiting = try #require(place["uploadId"])
            let cancelled = try await api.call("POST", "/uploads/\(waiting)/cancel")
            #expect(cancelled["failureType"] == "CANCELLED")
            #expect(try await api.call("POST", "/uploads/\(waiting)/cancel").problem == "conflict")
            #expect(try await api.call("POST", "/uploads/\(waiting)/retry").problem == "conflict")

            // Nothing is active for a moment: the category of the file comes later.
            _ = try await api.call("PUT", "/categories/Audio", as: "operator", json: #"{"isActive": false}"#)
            let uploadID = try await api.upload("R")
            #expect(try await api.call("GET", "/uploads/\(uploadID)")["failureType"] == "NO_VALID_ROWS")
            _ = try await api.call("PUT", "/categories/Audio", as: "operator", json: "{}")
            #expect(try await api.call("POST", "/uploads/\(uploadID)/retry").status == 202)
            try await api.end(of: uploadID)
            let upload = try await api.call("GET", "/uploads/\(uploadID)")
            #expect(upload["status"] == "partial")
            #expect(upload["errorCounts"]?.contains("INVALID_CATEGORY") == false)

            let product = "/products/V001/R-1"
            _ = try await api.service.value("select audit.tick()::text")
            let then = try await api.service.value(
                "select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
            #expect(try await api.call("GET", product)["price"] == "1.5")
            #expect(try await api.call("POST", "/uploads/\(uploadID)/revert").text == #"{"items":[]}"#)
            #expect(try await api.call("GET", product).status == 404)
            #expect(try await api.call("GET", "\(product)?asOf=\(then ?? "")")["sku"] == "R-sku-1")
            #expect(try await api.call("GET", "\(product)/history")["items", "endedBy"] == "revert")
        }
    }

    @Test("Cancelled while it is at work, an upload loads nothing")
    func cancelled() async throws {
        try await APIEnvironment.with { api in
            let gate = try await Gate(api.service.catalog.conninfo)
            try await api.service.block("insert on catalog.products", when: "true")
            let uploadID = try #require(
                try await api.call("POST", "/uploads?fileName=w.csv", csv: APIEnvironment.file("W"))["uploadId"])
            try await gate.isReached(api.service)
            #expect(try await api.call("GET", "/uploads/\(uploadID)")["status"] == "processing")
            #expect(try await api.call("POST", "/uploads/\(uploadID)/cancel")["failureType"] == "CANCELLED")
            try await gate.open()
            // The worker is at rest again when it has done something else.
            try await api.upload("N")
            #expect(try await api.call("GET", "/uploads/\(uploadID)")["failureType"] == "CANCELLED")
            #expect(try await api.service.catalog.rows("select sku from catalog.products") == [["N-sku-1"]])
            let waiting = try await api.service.value(
                "select count(*) from jobs.jobs where kind in ('onboard', 'report', 'notify')")
            #expect(waiting == "0")
        }
    }

    @Test("A token that is made is in no log of the server, even if that shows the parameters of every statement")
    func tokenInLog() async throws {
        try await APIEnvironment.with { api in
            try await api.service.pool.run { session in
                let database: String = try session.query("select current_database() as name")[0].get("name")
                try session.execute("alter database \(identifier: database) set log_min_duration_statement = 0")
                // Whoever comes next has a connection that logs.
                try session.execute(
                    """
                    select pg_terminate_backend(pid) from pg_stat_activity
                    where datname = current_database() and pid <> pg_backend_pid()
                    """)
            }
            let made = try await api.call("POST", "/vendors/V001/tokens", as: "operator", json: "{}")
            let (token, id) = (try #require(made["token"]), try #require(made["tokenId"]))
            #expect(try await api.call("GET", "/uploads", as: token).status == 200)
            let log = String(decoding: try Data(contentsOf: URL(fileURLWithPath: TestCluster.log)), as: UTF8.self)
            let secret = try #require(token.split(separator: "_").last)
            let (hasToken, hasSecret) = (log.contains(id), log.contains(secret))
            #expect(hasToken && !hasSecret)
        }
    }

    @Test("Tokens: wrong, missing, revoked, of a role that may not; made and ended over HTTP")
    func tokens() async throws {
        try await APIEnvironment.with { api in
            for token in [
                nil, "", "cat_x_y", "nonsense",
                "cat_\(String(repeating: "a", count: 12))_\(String(repeating: "b", count: 40))",
            ] {
                #expect(try await api.call("GET", "/uploads", as: token).problem == "unauthenticated")
            }
            #expect(try await api.call("POST", "/vendors", as: "V001", json: "{}").problem == "forbidden")
            #expect(try await api.call("GET", "/jobs/summary", as: "V001").problem == "forbidden")
            #expect(
                try await api.call("POST", "/uploads?fileName=x.csv&vendor=V001", as: "auditor", csv: "").problem
                    == "forbidden")
            #expect(try await api.call("GET", "/jobs/summary", as: "auditor").status == 200)

            let made = try await api.call("POST", "/vendors/V001/tokens", as: "operator", json: #"{"days": 1}"#)
            #expect(made.status == 201)
            let (token, id) = (try #require(made["token"]), try #require(made["tokenId"]))
            #expect(try await api.call("GET", "/uploads", as: token).status == 200)
            #expect(try await api.call("GET", "/vendors/V001/tokens", as: "operator").text.contains(token) == false)
            #expect(try await api.call("DELETE", "/vendors/V002/tokens/\(id)", as: "operator").status == 404)
            #expect(try await api.call("DELETE", "/vendors/V001/tokens/\(id)", as: "operator").status == 204)
            // The notification needs a moment.
            try await eventually { try await api.call("GET", "/uploads", as: token).status != 200 }
            let hashes = try await api.service.catalog.rows("select secret_sha256 from catalog.api_tokens")
            #expect(!hashes.joined().contains { token.contains($0) })
        }
    }

    @Test("A JSON Web Token of the configured issuer opens its vendor's rows, another's signature nothing")
    func webTokens() async throws {
        let python = try PythonTools.program("python")
        try await ListeningProcess.with({ [python, Project.file("Tests/Servers/oidc_issuer.py"), $0] }) { issuer in
            let origin = "http://127.0.0.1:\(issuer.port)"
            let settings = ["CATALOG_OIDC_ISSUER": origin, "CATALOG_OIDC_AUDIENCE": "catalog"]
            try await APIEnvironment.with(settings) { api in
                let uploadID = try await api.upload("J")
                let sign = { (changes: String) in
                    let answer = try await HTTPClient().send(HTTPRequest("GET", "\(origin)/token?alg=ES256&\(changes)"))
                    return String(decoding: answer.body, as: UTF8.self)
                }
                let own = try await sign("vendor_id=V001")
                #expect(try await api.call("GET", "/uploads/\(uploadID)", as: own)["status"] == "partial")
                #expect(
                    try await api.call("GET", "/uploads/\(uploadID)", as: try await sign("vendor_id=V002")).status
                        == 404)
                #expect(
                    try await api.call("GET", "/jobs/summary", as: try await sign("catalog_role=operator")).status
                        == 200)
                #expect(
                    try await api.call("GET", "/uploads", as: try await sign("vendor_id=V001&forge=payload")).status
                        == 401)
            }
        }
    }

    @Test("A POST with an Idempotency-Key is done once")
    func idempotency() async throws {
        try await APIEnvironment.with(roles: "api") { api in
            let key = [("Idempotency-Key", UUID().uuidString)]
            let answers = try await withThrowingTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await api.call("POST", "/uploads", json: #"{"fileName": "i.csv"}"#, headers: key)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(answers.map(\.status)).isSubset(of: [201, 409]))
            #expect(try await api.service.value("select count(*) from catalog.upload_history") == "1")
            let again = try await api.call("POST", "/uploads", json: #"{"fileName": "i.csv"}"#, headers: key)
            #expect(again.status == 201)
            #expect(again.headers["Idempotency-Replayed"] == "true")
            #expect(again["uploadId"] == (try await api.service.value("select upload_id from catalog.upload_history")))
            let other = try await api.call("POST", "/uploads", json: #"{"fileName": "j.csv"}"#, headers: key)
            #expect(other.problem == "idempotency-key-reused")
            // Keys belong to their caller.
            #expect(
                try await api.call("POST", "/uploads", as: "V002", json: #"{"fileName": "i.csv"}"#, headers: key).status
                    == 201)

            let secret = [("Idempotency-Key", "token-1")]
            let made = try await api.call("POST", "/vendors/V001/tokens", as: "operator", json: "{}", headers: secret)
            let repeated = try await api.call(
                "POST", "/vendors/V001/tokens", as: "operator", json: "{}", headers: secret)
            #expect(made.status == 201)
            #expect(repeated.problem == "conflict")
            let kept = try await api.service.catalog.rows("select coalesce(body, '') from catalog.idempotency_keys")
            #expect(!kept.joined().contains { $0.contains(made["token"] ?? "?") })
        }
    }

    @Test("A caller that asks too often is told when to come back")
    func rateLimit() async throws {
        try await APIEnvironment.with(roles: "api", ["CATALOG_HTTP_RATE": "1"]) { api in
            var answer = try await api.call("GET", "/categories")
            while answer.status == 200 { answer = try await api.call("GET", "/categories") }
            #expect(answer.problem == "too-many-requests")
            #expect(answer.headers["Retry-After"] == "1")
            #expect(try await api.call("GET", "/categories", as: "V002").status == 200)
        }
    }

    @Test("Lists are read page by page without gaps, filtered as asked")
    func pages() async throws {
        try await APIEnvironment.with { api in
            let rows = (1...45).map { "P\($0),Name \($0),\($0 % 2 == 0 ? "Audio" : "Toys"),S\($0),\($0).50,1" }
            let csv = ServiceEnvironment.header + rows.joined(separator: "\n")
            let answer = try await api.call("POST", "/uploads?fileName=p.csv", csv: csv)
            try await api.end(of: try #require(answer["uploadId"]))
            var (skus, cursor, pages): ([String], String?, Int) = ([], nil, 0)
            repeat {
                let page = try await api.call("GET", "/products?limit=10" + (cursor.map { "&cursor=\($0)" } ?? ""))
                skus += page.text.matches(of: /"sku":"(S\d+)"/).map { String($0.output.1) }
                cursor = page["nextCursor"]
                pages += 1
            } while cursor != nil
            #expect(pages == 5)
            #expect(Set(skus).count == 45)
            #expect(skus.count == 45)
            #expect(try await api.call("GET", "/products?sku=S7")["items", "vendorProductId"] == "P7")
            #expect(
                try await api.call("GET", "/products?category=Toys&limit=200").text.matches(of: /"sku"/).count == 23)
            #expect(try await api.call("GET", "/products?q=NAME%2045")["items", "sku"] == "S45")
            #expect(try await api.call("GET", "/products?q=%25").text == #"{"items":[],"nextCursor":null}"#)
            #expect(try await api.call("GET", "/uploads?status=failed")["items", "uploadId"] == nil)
            #expect(try await api.call("GET", "/uploads?from=2100-01-01T00:00:00Z")["items", "uploadId"] == nil)
            #expect(
                try await api.call("GET", "/uploads?to=2100-01-01T00:00:00Z&vendor=V001")["items", "status"]
                    == "completed")
        }
    }

    @Test("The OpenAPI document is valid, and /metrics is what Prometheus reads")
    func documents() async throws {
        try await APIEnvironment.with(roles: "api") { api in
            let document = try await api.call("GET", "/openapi.json", as: nil)
            let file = try api.service.catalog.folder.write(document.text, to: "openapi.json")
            let outcome = try await Subprocess.run(
                try PythonTools.program("python"), ["-m", "openapi_spec_validator", "--schema", "3.1", file])
            #expect(outcome.status == 0, "\(outcome.output)\(outcome.error)")
            let metrics = try await api.call("GET", "/metrics", as: nil)
            #expect(
                metrics.text.contains(
                    "catalog_http_requests_total{route=\"GET /openapi.json\",status=\"200\"} 1\n"))
            for line in metrics.text.split(separator: "\n") where !line.hasPrefix("#") {
                #expect(
                    line.wholeMatch(of: /[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? ([0-9.e+-]+|\+Inf)/) != nil,
                    "\(line)")
            }
        }
    }
}
