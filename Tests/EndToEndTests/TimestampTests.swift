import Foundation
import Postgres
import TestSupport
import Testing

/// A time is written in one way, wherever JSON has it: RFC 3339, UTC, with milliseconds.
@Suite(.timeLimit(.minutes(10))) struct TimestampTests {
    /// Rows of all that has times: what an upload, a list of contacts, and whoever is at work leave.
    private static func fill(_ api: APIEnvironment) async throws -> [String: String] {
        let catalog = api.service.catalog
        var names = ["vendorId": "V001", "vendor": "V001", "vendorProductId": "A-1", "name": "m"]
        names["uploadId"] = try await api.upload("A")
        _ = try await api.call("PUT", "/vendors/V001/mappings/m", as: "operator", json: #"{"columns": {}}"#)
        _ = try await api.call("PUT", "/enrichment/mappings/m", as: "operator", json: #"{"email": "E"}"#)
        _ = try await api.call("PUT", "/rules/m", as: "operator", json: #"{"column": "brand", "required": true}"#)
        try await catalog.succeed("provider", "add", "mock", "--kind", "mock", "--settings", #"{"matchPercent": 100}"#)
        let list = try await api.call(
            "POST", "/enrichment?providers=mock&fields=contact&format=json", as: "operator",
            csv: "email\na@example.com\n")
        let request = try #require(list["requestId"])
        names["requestId"] = request
        try await api.service.wait(
            for: "completed", "select status from enrichment.requests where request_id = \(request)::uuid")
        try await api.service.pool.run { session in
            try session.executeScript(
                """
                update enrichment.requests set callback_sent_at = now(), forgotten_at = now(), status = 'partial';
                update catalog.api_tokens set last_used_at = now();
                insert into enrichment.requests (source, status, format, output_key, options, plan, columns, waiting_for, waiting_because, retry_at)
                values ('api', 'processing', 'csv', 'enhanced/w.csv', '{"providers": ["mock"], "minimumConfidence": 0}',
                    '{"providers": {"contact": ["mock"]}, "fields": {"contact": ["email"]}, "minimumConfidence": 0}', '{email}', 'limit', 'w',
                    now() + interval '1 hour');
                update catalog.products set price = price + 1;
                insert into jobs.jobs (queue, kind, payload, state, last_error) values ('none', 'none', '{}', 'dead', 'e');
                insert into jobs.alerts (kind, detail) values ('upkeep', 'd');
                insert into relay.windows (opens_at, closes_at, state, member_count, byte_count, sealed_at)
                values ('2026-01-01T00:00:00.5Z', '2026-01-01T00:01:00Z', 'sealed', 1, 1, now());
                insert into relay.alerts (kind, detail) values ('workers', 'd');
                insert into retention.released_partitions (table_schema, table_name, partition_name, from_at, until_at, state,
                    released_at, restored_until)
                values ('catalog', 'upload_events', 'p', '2020-01-01', '2020-02-01', 'restored', now(), now());
                select audit.tick();
                """)
        }
        return names
    }

    private static func routes(_ api: APIEnvironment) async throws -> [String] {
        let document = try await api.call("GET", "/openapi.json", as: nil).text
        let object = try JSONSerialization.jsonObject(with: Data(document.utf8)) as? [String: Any]
        let paths = try #require(object?["paths"] as? [String: [String: Any]])
        return paths.filter { $0.value["get"] != nil }.keys.sorted()
    }

    @Test("Every route that is read, and every command that lists or shows, writes times as RFC 3339 with milliseconds")
    func everywhere() async throws {
        try await APIEnvironment.with { api in
            let names = try await Self.fill(api)
            var members: Set<String> = []
            func check(_ text: String, _ source: String) {
                var found = TimestampForms.found(in: text)
                // The oldest window, by its id.
                if source.contains("relay") { found["oldest"] = nil }
                members.formUnion(found.keys)
                #expect(found.compactMapValues { $0 } == [:], "\(source)")
            }
            for route in try await Self.routes(api) {
                let path = names.reduce(route) { $0.replacing("{\($1.key)}", with: $1.value) }
                // A link of a mail is somebody's own.
                guard !path.contains("{") else { continue }
                let answer = try await api.call("GET", path, as: "operator")
                #expect([200, 404, 409].contains(answer.status), "\(path): \(answer.status) \(answer.text)")
                check(answer.text, path)
            }
            for (path, json) in [
                ("/uploads", #"{"fileName": "b.csv"}"#), ("/vendors/V001/tokens", "{}"),
                ("/enrichment", #"{"upload": true, "providers": "mock", "fields": "contact"}"#),
            ] {
                let answer = try await api.call("POST", path, as: path == "/uploads" ? "V001" : "operator", json: json)
                #expect(answer.status == 201, "\(path): \(answer.text)")
                check(answer.text, path)
            }
            for command in Self.commands(names) {
                let outcome = try await api.service.catalog.run(command + ["--json"])
                #expect(outcome.status == 0, "\(command): \(outcome.error)")
                check(outcome.output, command.joined(separator: " "))
            }
            #expect(Self.expected.subtracting(members) == [])
        }
    }

    private static func commands(_ names: [String: String]) -> [[String]] {
        let (upload, request) = (names["uploadId"] ?? "", names["requestId"] ?? "")
        return [
            ["upload", "list"], ["upload", "show", upload], ["upload", "errors", upload], ["vendor", "list"],
            ["mapping", "list"], ["rule", "list"], ["token", "list"], ["token", "add", "--role", "auditor"],
            ["route", "list"], ["provider", "list"], ["relay", "status"], ["relay", "missing"], ["jobs", "status"],
            ["jobs", "dead"], ["retention", "status"], ["audit", "verify"], ["changes"], ["enrich", "list"],
            ["enrich", "show", request], ["enrich", "mapping", "list"], ["migrate", "status"],
        ]
    }

    /// Members that have a time somewhere, so that nothing is looked at in vain.
    private static let expected: Set<String> = [
        "appliedAt", "at", "callbackSentAt", "completedAt", "createdAt", "expiresAt", "forgottenAt", "from",
        "lastUsedAt", "obtainedAt",
        "raisedAt", "restoredUntil", "retryAt", "seenAt", "startedAt", "until", "uploadedAt", "validFrom",
    ]
}
