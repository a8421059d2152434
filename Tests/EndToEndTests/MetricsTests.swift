import Curl
import Foundation
import Postgres
import TestSupport
import Testing

/// What a process tells of itself, as Prometheus reads it.
@Suite(.timeLimit(.minutes(5))) struct MetricsTests {
    /// `catalog serve` whose metrics are at an address of their own.
    private func withService(
        _ roles: String, _ body: (ServiceEnvironment, _ address: String) async throws -> Void
    ) async throws {
        let address = "127.0.0.1:\(try FreePorts.take(1)[0])"
        try await ServiceEnvironment.with(["CATALOG_METRICS_ADDRESS": address]) { service in
            try await service.running("serve", "--roles", roles) {
                try await eventually(within: .seconds(60)) { try await self.text(address) != nil }
                try await body(service, address)
            }
        }
    }

    private func text(_ address: String) async throws -> String? {
        // Refused until it listens.
        guard let answer = try? await HTTPClient().send(HTTPRequest("GET", "http://\(address)/metrics")) else {
            return nil
        }
        return answer.status == 200 ? String(decoding: answer.body, as: UTF8.self) : nil
    }

    /// Values by what stands before them.
    private func samples(_ text: String) -> [String: Double] {
        Dictionary(
            text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
                line.lastIndex(of: " ").map { (String(line[..<$0]), Double(line[$0...].dropFirst()) ?? .nan) }
            },
            uniquingKeysWith: { first, _ in
                Issue.record("a series comes twice")
                return first
            })
    }

    @Test(
        "A worker counts uploads, rows, errors and jobs as the database has them; no series goes, and no label holds a vendor or an id"
    )
    func worker() async throws {
        try await withService("worker,poller") { service, address in
            let before = samples(try #require(try await text(address)))
            #expect(before[#"catalog_uploads_total{status="partial",source="poller"}"#] == 0)
            #expect(before[#"catalog_job_attempts_total{queue="relay",outcome="dead"}"#] == 0)
            try service.drop("a.csv", ServiceEnvironment.file(good: 5, bad: 2, prefix: "A"))
            try service.drop("b.csv", ServiceEnvironment.file(good: 3, bad: 0, prefix: "B"))
            try await service.waitForAll(2)
            let whole = try #require(try await text(address))
            let after = samples(whole)
            #expect(Set(before.keys).isSubset(of: after.keys))
            for (series, wanted) in [
                (#"catalog_uploads_total{status="completed",source="poller"}"#, 1),
                (#"catalog_uploads_total{status="partial",source="poller"}"#, 1),
                (#"catalog_upload_rows_total{result="valid"}"#, 8), (#"catalog_upload_rows_total{result="error"}"#, 2),
                (#"catalog_upload_errors_total{error_type="INVALID_PRICE"}"#, 2),
                ("catalog_upload_duration_seconds_count", 2), ("catalog_report_delay_seconds_count", 1),
                ("catalog_mail_delay_seconds_count", 2),
                (#"catalog_intake_events_total{source="poller",result="accepted"}"#, 2),
                (#"catalog_job_attempts_total{queue="onboard",outcome="finished"}"#, 2),
                (#"catalog_jobs{queue="onboard",state="ready"}"#, 0),
            ] as [(String, Double)] { #expect(after[series] == wanted, "\(series)") }
            let schema = try await service.value("select max(version) from migrations.applied")
            #expect(after["catalog_schema_version"] == schema.flatMap { Double($0) })
            for secret in ["V001", "UPLOAD_", "a.csv"] { #expect(!whole.contains(secret)) }
            try await judge(whole, in: service.catalog.folder)
        }
    }

    /// By the program of Prometheus's own makers.
    private func judge(_ text: String, in folder: TemporaryFolder) async throws {
        let file = try folder.write(text, to: "metrics.txt")
        let outcome = try await Subprocess.run("/bin/sh", ["-c", "exec /usr/bin/promtool check metrics <\"$0\"", file])
        #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome.output)\(outcome.error)")
    }

    @Test("The rules are silent and loud when they should be, and every alert has its section in the runbook")
    func rules() async throws {
        let outcome = try await Subprocess.run(
            "/usr/bin/promtool", ["test", "rules", Project.file("deploy/prometheus/rules_test.yml")])
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.error)")
        let tests = try Project.text("deploy/prometheus/rules_test.yml")
        let runbook = try Project.text("docs/operations/runbook.md").lowercased()
        let alerts = try Project.alerts()
        #expect(alerts.count == 15)
        for alert in alerts {
            #expect(tests.contains("alertname=\"\(alert.name)\""), "\(alert.name)")
            #expect(runbook.contains("\n## \(alert.section.replacing("-", with: " "))\n"), "\(alert.section)")
        }
    }

    @Test("A real Prometheus finds a series for every panel of the dashboard")
    func dashboard() async throws {
        try await withService("api,worker,poller") { service, address in
            try service.drop("a.csv", ServiceEnvironment.file(good: 2, bad: 1, prefix: "A"))
            try await service.catalog.succeed("provider", "add", "mock", "--kind", "mock")
            try await PrometheusServer.with(scraping: address) { prometheus in
                try await eventually(within: .seconds(60)) {
                    // Two scrapes that have seen the provider, whose series come with it.
                    await prometheus.values("rate(catalog_enrichment_calls_total[10s])")?.isEmpty == false
                }
                let questions = try Project.panels()
                #expect(questions.count > 40)
                for (title, question) in questions {
                    let found = await prometheus.values(question)
                    #expect(found?.isEmpty == false, "\(title): \(question)")
                }
            }
        }
    }

    @Test("Real trouble makes the expressions of its alerts true")
    func alerts() async throws {
        try await withService("api,worker") { service, address in
            try await PrometheusServer.with(scraping: address) { prometheus in
                let rules = Dictionary(uniqueKeysWithValues: try Project.alerts().map { ($0.name, $0.expression) })
                func isTrue(_ name: String) async throws -> Bool {
                    await prometheus.values(try #require(rules[name]))?.isEmpty == false
                }
                try await eventually(within: .seconds(60)) { await prometheus.values("catalog_build_info")?.count == 1 }
                for name in rules.keys.sorted() where name != "CatalogPartitionsMissing" {
                    #expect(try await !isTrue(name), "\(name)")
                }
                try await service.pool.run { session in
                    // Nobody handles it: dead at once.
                    try session.executeScript(
                        """
                        insert into jobs.jobs (queue, kind) values ('report', 'unheard.of');
                        insert into jobs.paused_queues (queue) values ('onboard');
                        insert into jobs.jobs (queue, kind, run_at) values ('onboard', 'onboard', now() - interval '1 hour');
                        """)
                }
                try await service.catalog.succeed(
                    "provider", "add", "mock", "--kind", "mock", "--credits", "100")
                try await service.pool.run { session in
                    try session.executeScript(
                        """
                        update enrichment.buckets set credits_used = 95, failures = 5, blocked_because = 'the circuit is open: away';
                        insert into relay.windows (opens_at, closes_at, state, member_count, byte_count, sealed_at)
                        values ('2026-01-01 00:00Z', '2026-01-01 00:01Z', 'sealed', 1, 1, now() - interval '2 hours');
                        """)
                }
                for name in [
                    "CatalogJobsDead", "CatalogQueueLate", "CatalogCreditsLow", "CatalogCircuitOpen",
                    "CatalogRelayLate",
                    "CatalogRelayBacklog",
                ] {
                    try await eventually(within: .seconds(60)) { try await isTrue(name) }
                }
            }
        }
    }
}

extension Project {
    fileprivate static func text(_ path: String) throws -> String {
        try String(contentsOfFile: file(path), encoding: .utf8)
    }

    /// Name, expression and section of the runbook of every alert.
    static func alerts() throws -> [(name: String, expression: String, section: String)] {
        let blocks = try text("deploy/prometheus/rules.yml").components(separatedBy: "- alert: ").dropFirst()
        return blocks.compactMap { block in
            let expression = block.firstMatch(of: /expr: (.*)/)?.1
            let section = block.firstMatch(of: /runbook\.md#([a-z-]+)/)?.1
            guard let expression, let section else { return nil }
            return (String(block.prefix { $0 != "\n" }), String(expression), String(section))
        }
    }

    /// What the panels ask, with the interval that Grafana would put in.
    fileprivate static func panels() throws -> [(title: String, question: String)] {
        let board = try JSONSerialization.jsonObject(with: Data(text("deploy/grafana/catalog.json").utf8))
        func questions(_ panels: Any?) -> [(String, String)] {
            (panels as? [[String: Any]] ?? []).flatMap { panel in
                let targets = panel["targets"] as? [[String: Any]] ?? []
                return questions(panel["panels"])
                    + targets.compactMap { target in
                        guard let title = panel["title"] as? String, let question = target["expr"] as? String else {
                            return nil
                        }
                        return (title, question.replacing("$__rate_interval", with: "10s"))
                    }
            }
        }
        return questions((board as? [String: Any])?["panels"])
    }
}
