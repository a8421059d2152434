import Foundation
import Postgres
import TestSupport
import Testing

/// What operators do over HTTP as with the command: routes, providers, queues, the relay.
@Suite(.timeLimit(.minutes(5))) struct OperatorDoorTests {
    /// A call that is refused changes nothing and says why.
    private struct Refusal {
        var call: String
        var json: String?
        var status: Int
        var words: String
    }

    private static let refusals = [
        Refusal(call: "PUT /routes/b", json: #"{"pipeline": "none"}"#, status: 400, words: "expected one of onboard"),
        Refusal(call: "PUT /routes/b", json: #"{"pipeline": "relay", "mode": "upsert"}"#, status: 400, words: "mode"),
        Refusal(call: "PUT /routes/b", json: #"{"pipeline": "onboard", "mode": null}"#, status: 400, words: "is null"),
        Refusal(call: "PUT /routes/b", json: #"{"pipeline": "onboard", "existing": 1}"#, status: 400, words: "true or"),
        Refusal(call: "PUT /routes/b", json: "[]", status: 400, words: "not a JSON object"),
        Refusal(call: "DELETE /routes/none", status: 404, words: "s3://none/"),
        Refusal(
            call: "PATCH /providers/crm", json: #"{"secretId": "file:/etc/passwd"}"#, status: 400,
            words: "catalog provider set"),
        Refusal(
            call: "PATCH /providers/crm", json: #"{"settings": {}}"#, status: 400, words: "unknown member 'settings'"),
        Refusal(call: "PATCH /providers/crm", json: #"{"perSecond": 0}"#, status: 400, words: "a number from 0.001"),
        Refusal(call: "PATCH /providers/crm", json: #"{"perHour": 1.5}"#, status: 400, words: "perHour"),
        Refusal(call: "PATCH /providers/crm", json: #"{"concurrency": null}"#, status: 400, words: "cannot be null"),
        Refusal(call: "PATCH /providers/none", json: "{}", status: 404, words: "none"),
        Refusal(call: "PUT /enrichment/mappings/crm", json: "{}", status: 400, words: "a mapping names a column"),
        Refusal(
            call: "PUT /enrichment/mappings/crm", json: #"{"email": ""}"#, status: 400,
            words: "column of 'email' has no name"),
        Refusal(call: "POST /queues/notfy/pause", status: 404, words: "notfy"),
        Refusal(call: "POST /relay/replay?from=yesterday", status: 400, words: "begins no window"),
        Refusal(
            call: "POST /relay/missing/skip?window=2026-01-01T00:00:00Z", status: 409, words: "waits for no object"),
    ]

    @Test("What cannot be is refused in words, and changes nothing")
    func refusals() async throws {
        try await APIEnvironment.with(roles: "api") { api in
            let catalog = api.service.catalog
            try await catalog.succeed("provider", "add", "crm", "--kind", "mock", "--per-second", "5")
            let state: Statement = """
                select (select string_agg(r::text, ';' order by r::text) from intake.routes r),
                    (select string_agg(p::text, ';') from enrichment.providers p), (select string_agg(b::text, ';') from enrichment.buckets b),
                    (select count(*) from jobs.paused_queues), (select count(*) from catalog.actions)
                """
            let before = try await catalog.rows(state)
            for refusal in Self.refusals {
                let parts = refusal.call.split(separator: " ").map(String.init)
                let answer = try await api.call(parts[0], parts[1], as: "operator", json: refusal.json)
                #expect(
                    answer.status == refusal.status && answer.text.contains(refusal.words),
                    "\(refusal.call) \(refusal.json ?? ""): \(answer.status) \(answer.text)")
            }
            #expect(try await catalog.rows(state) == before)
        }
    }

    @Test("A route that was read can be written back, and a limit that is null is none")
    func changes() async throws {
        try await APIEnvironment.with(roles: "api") { api in
            let catalog = api.service.catalog
            try await catalog.succeed("provider", "add", "crm", "--kind", "mock", "--per-second", "5", "--credits", "7")
            try await catalog.succeed(
                "route", "add", "s3://lists/raw/", "enrich", "--provider", "crm", "--column", "email=Kontakt 2",
                "--min-confidence", "0.7")
            let options = try await catalog.value("select options::text from intake.routes where bucket = 'lists'")
            var members = try #require(
                try JSONSerialization.jsonObject(with: Data(options.utf8)) as? [String: Any])
            members["pipeline"] = "enrich"
            let body = String(decoding: try JSONSerialization.data(withJSONObject: members), as: UTF8.self)
            let written = try await api.call("PUT", "/routes/lists?prefix=raw", as: "operator", json: body)
            #expect(written.status == 200, "\(written.text)")
            #expect(
                try await catalog.value(
                    "select options = '\(raw: options)'::jsonb from intake.routes where bucket = 'lists'")
                    == "t")

            let relay = try await api.call(
                "PUT", "/routes/orders", as: "operator",
                json: #"{"pipeline": "relay", "name": "orders", "window": 300, "compression": "small"}"#)
            #expect(relay.status == 200 && relay.text.contains(#""window": 300"#), "\(relay.text)")
            let nameless = try await api.call(
                "PUT", "/routes/other", as: "operator", json: #"{"pipeline": "relay", "window": 300}"#)
            #expect(nameless.status == 400 && nameless.text.contains("'name'"), "\(nameless.text)")
            let list = try await catalog.succeed("route", "list")
            #expect(list.contains("compression=small name=orders window=300"), "\(list)")
            #expect(list.contains("columns=email=Kontakt 2 minConfidence=0.7"), "\(list)")

            let changed = try await api.call(
                "PATCH", "/providers/crm", as: "operator", json: #"{"perSecond": 2.5, "credits": null}"#)
            #expect(
                changed.status == 200 && changed["perSecond"] == "2.5" && changed["credits"] == nil, "\(changed.text)")
            let listed = try await api.call("GET", "/providers", as: "auditor")
            #expect(
                listed.text.contains(#""name":"crm""#) && listed.text.contains(#""credits":null"#), "\(listed.text)")
            #expect(try await api.call("POST", "/queues/notify/pause", as: "operator").status == 204)
            #expect(try await catalog.value("select queue from jobs.paused_queues") == "notify")
            #expect(try await api.call("GET", "/relay", as: "auditor").text.contains(#""state":"lost""#))
            _ = try await catalog.rows(
                """
                insert into relay.windows (opens_at, closes_at, state, name, member_count, byte_count, sealed_at, waits_for, failed_at, retry_at)
                values (now() - interval '2 minutes', now() - interval '1 minute', 'sealed', 'orders', 7, 1, now(), 'source', now(), now())
                """)
            let names = try await api.call("GET", "/relay/names", as: "auditor")
            #expect(
                names.text.contains(#""name":"orders","target":"","windows":1,"objects":7"#)
                    && names.text.contains(#""waitsFor":"source""#), "\(names.text)")
            let status = try await catalog.succeed("relay", "status")
            #expect(status.contains("orders") && status.contains("source"), "\(status)")
        }
    }
}
