import Foundation
import Postgres
import TestSupport
import Testing

/// The fault itself, not its number in a table, makes the expression of an alert true for a real Prometheus. What an alert waits for
/// minutes is asked with a bound of a second; `deploy/prometheus/rules_test.yml` holds the bounds.
@Suite(.timeLimit(.minutes(5)), .enabled(if: Chaos.isOn, "make chaos")) struct AlertTests {
    /// A service whose metrics a Prometheus reads.
    private struct Watched: Sendable {
        let service: ServiceEnvironment
        let prometheus: PrometheusServer

        func isTrue(_ alert: String, above bound: String? = nil) async throws -> Bool {
            var expression = try #require(try Project.alerts().first { $0.name == alert }?.expression, "\(alert)")
            if let bound { expression.replace(/> [\d.]+$/, with: "> \(bound)") }
            return await prometheus.values(expression)?.isEmpty == false
        }

        func becomesTrue(_ alert: String, above bound: String? = nil) async throws {
            try await eventually(within: .seconds(90)) { try await isTrue(alert, above: bound) }
        }

        func isSilent(_ alerts: String...) async throws {
            for alert in alerts { #expect(try await !isTrue(alert), "\(alert)") }
        }

        func isScraped() async throws {
            try await eventually(within: .seconds(60)) { await prometheus.values("catalog_build_info")?.count == 1 }
        }
    }

    private func watching(
        _ roles: String, _ variables: [String: String] = [:], _ body: (Watched) async throws -> Void
    ) async throws {
        let address = "127.0.0.1:\(try FreePorts.take(1)[0])"
        let settings = ["CATALOG_METRICS_ADDRESS": address].merging(variables) { $1 }
        try await ServiceEnvironment.with(vendors: ["V001", "V002"], settings) { service in
            try await PrometheusServer.with(scraping: address) { prometheus in
                let watched = Watched(service: service, prometheus: prometheus)
                try await service.running("serve", "--roles", roles) {
                    try await watched.isScraped()
                    try await body(watched)
                }
                // The process has ended: nothing is scraped any more.
                try await watched.becomesTrue("CatalogNotScraped")
            }
        }
    }

    @Test("Nobody makes partitions where no worker runs, until one does")
    func partitions() async throws {
        try await watching("api") { watched in
            try await watched.becomesTrue("CatalogPartitionsMissing")
            try await watched.service.running("worker", setting: ["CATALOG_METRICS_ADDRESS": "127.0.0.1:0"]) {
                try await eventually(within: .seconds(90)) { try await !watched.isTrue("CatalogPartitionsMissing") }
            }
        }
    }

    @Test(
        "A place for mails that refuses them is a late queue, and late mails once it takes them; a locked table is a slow upload"
    )
    func late() async throws {
        try await watching("worker,poller") { watched in
            let service = watched.service
            try await watched.isSilent("CatalogQueueLate", "CatalogMailLate", "CatalogUploadsSlow")
            let obstacle = try service.catalog.folder.write("", to: "mail")
            try await service.pool.transaction { session in
                try session.executeScript("lock table catalog.products in share mode")
                try service.drop("slow.csv", ServiceEnvironment.file(good: 3, bad: 0, prefix: "S"))
                // Longer than a second, as the upload's clock counts it.
                try session.executeScript(
                    """
                    do $$ begin
                        for turn in 1..600 loop
                            exit when exists (select from pg_stat_activity
                                where datname = current_database() and wait_event_type = 'Lock'
                                  and clock_timestamp() - query_start > interval '1.5 s');
                            perform pg_stat_clear_snapshot(), pg_sleep(0.1);
                        end loop;
                    end $$
                    """)
            }
            try await watched.becomesTrue("CatalogUploadsSlow", above: "1")
            try await service.wait(
                for: "1", "select count(*) from jobs.jobs where kind = 'notify' and last_error is not null")
            try await watched.becomesTrue("CatalogQueueLate", above: "2")
            try FileManager.default.removeItem(atPath: obstacle)
            try await service.waitForAll(1)
            try await watched.becomesTrue("CatalogMailLate", above: "1")
        }
    }

    @Test("A database that lets nobody in is requests that fail, and gauges that grow old")
    func databaseAway() async throws {
        let address = "127.0.0.1:\(try FreePorts.take(1)[0])"
        try await watching("api", ["CATALOG_HTTP_ADDRESS": address]) { watched in
            let service = watched.service
            let api = try await APIEnvironment(service, at: address)
            try await api.waitUntilReady()
            #expect(try await api.call("GET", "/uploads").status == 200)
            try await watched.isSilent("CatalogRequestsFail", "CatalogGaugesOld")
            try await withoutDatabase(service) {
                try await eventually(within: .seconds(60)) {
                    let status = try await api.call("GET", "/uploads").status
                    let isTold = try await watched.isTrue("CatalogRequestsFail")
                    return status >= 500 && isTold
                }
                try await watched.becomesTrue("CatalogGaugesOld", above: "5")
            }
        }
    }

    /// The database ends all connections and lets nobody in.
    private func withoutDatabase(_ service: ServiceEnvironment, _ body: () async throws -> Void) async throws {
        let name = try #require(try await service.value("select current_database()"))
        // Nobody locks himself out.
        let outside = try await Connection.open(try await TestCluster.conninfo(database: "postgres"))
        try await outside.run { session in
            try session.executeScript(
                """
                alter database "\(name)" allow_connections false;
                select pg_terminate_backend(pid) from pg_stat_activity where datname = '\(name)';
                """)
        }
        let outcome: Result<Void, any Error>
        do {
            outcome = .success(try await body())
        } catch {
            outcome = .failure(error)
        }
        try await outside.run { try $0.executeScript("alter database \"\(name)\" allow_connections true") }
        await outside.close()
        try outcome.get()
    }

    @Test("Transactions that stay open and rows that were taken back are told")
    func database() async throws {
        try await watching("worker") { watched in
            try await watched.isSilent("CatalogDeadTuples", "CatalogOldTransaction")
            let open = try await Connection.open(watched.service.catalog.conninfo)
            // What a closure leaves open is rolled back at its end.
            let reader = Task {
                try await open.run { try $0.executeScript("select count(*) from catalog.vendors, pg_sleep(300)") }
            }
            try await watched.becomesTrue("CatalogOldTransaction", above: "1")
            try await watched.service.pool.run {
                try $0.executeScript(
                    """
                    begin;
                    insert into jobs.jobs (queue, kind) select 'report', 'report' from generate_series(1, 110000);
                    rollback;
                    """)
            }
            try await watched.becomesTrue("CatalogDeadTuples")
            reader.cancel()
            _ = await reader.result
            await open.close()
        }
    }

    @Test("A provider that is away is errors and an open circuit; one that was asked often enough has no credits left")
    func providers() async throws {
        let address = "127.0.0.1:\(try FreePorts.take(1)[0])"
        try await watching("api,worker", ["CATALOG_HTTP_ADDRESS": address]) { watched in
            let api = try await APIEnvironment(watched.service, at: address)
            try await api.waitUntilReady()
            let nobody = "http://127.0.0.1:\(try FreePorts.take(1)[0])/"
            try await watched.service.catalog.succeed(
                "provider", "add", "away", "--kind", "http-json", "--settings",
                """
                {"capabilities": {"contact_enrich": {"url": "\(nobody)", "request": {"first_name": "name"}, "response": {"t": "t"}}}}
                """)
            try await watched.service.catalog.succeed("provider", "add", "mock", "--kind", "mock", "--credits", "10")
            try await watched.isSilent("CatalogEnrichmentErrors", "CatalogCircuitOpen", "CatalogCreditsLow")
            // Their series begin at 0, before the first call.
            try await eventually(within: .seconds(60)) {
                await watched.prometheus.values(#"catalog_enrichment_calls_total{provider="away"}"#)?.isEmpty == false
            }
            for provider in ["mock", "away"] {
                let list = (0..<40).map { #"{"first_name": "Ada\#($0)", "last_name": "Voss", "company": "Voss Inc"}"# }
                let answer = try await api.call(
                    "POST", "/process", as: "operator",
                    json: #"{"contacts": [\#(list.joined(separator: ","))], "providers": ["\#(provider)"]}"#)
                #expect(answer.status == 202, "\(answer.text)")
            }
            for alert in ["CatalogCreditsLow", "CatalogCircuitOpen", "CatalogEnrichmentErrors"] {
                try await watched.becomesTrue(alert)
            }
        }
    }
}
