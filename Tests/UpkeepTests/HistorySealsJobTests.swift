import Postgres
import TestSupport
import Testing

@testable import Jobs
@testable import Upkeep

@Suite(.timeLimit(.minutes(5))) struct HistorySealsJobTests {
    private static let job = Job(
        jobID: 1, queue: "upkeep", kind: HistorySealsJob.name, payload: "{}", priority: 4, attempt: 1, maxAttempts: 3,
        runAt: "")

    private static let past = """
        insert into catalog.product_categories (category_name) values ('Audio');
        insert into catalog.products (vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity)
        values ('V1', 'P1', 'N', 'Audio', 'S1', 10, 1);
        update catalog.upload_history
        set status = 'completed', completed_at = now(), total_records = 1, valid_records = 1, error_records = 0,
            created_records = 1, updated_records = 0, unchanged_records = 0;
        insert into catalog.upload_events (upload_id, event) values ('U1', 'finished'), ('U2', 'finished');
        select audit.tick();
        """

    @Test("Each run seals what changed; a trigger that is off is an alert until it is on again")
    func run() async throws {
        try await Partitions.with { partitions in
            try await partitions.pool.run { try $0.executeScript(Self.past) }
            let duty = WatchedDuty(
                duty: HistorySealsJob(pool: partitions.pool, uploadsAtOnce: 1), pool: partitions.pool)
            _ = try await duty.run(Self.job, partitions.logger)
            let sealed =
                "select (select count(*) from catalog.product_seals) || ' ' || (select count(*) from catalog.upload_seals)"
            #expect(try await partitions.value("\(raw: sealed)") == "1 2")
            _ = try await duty.run(Self.job, partitions.logger)
            #expect(try await partitions.value("\(raw: sealed)") == "1 2")

            try await partitions.pool.run { session in
                try session.executeScript("alter table catalog.products disable trigger products_keep_updated_images")
            }
            await #expect(throws: HistoryProblem.self) { try await duty.run(Self.job, partitions.logger) }
            let alerts = try await partitions.pool.run { try $0.upkeepAlerts() }
            #expect(
                alerts.map(\.detail) == [
                    "the history is not as it was written: trigger products_keep_updated_images of catalog.products is disabled; catalog audit verify looks at all of it"
                ])
            try await partitions.pool.run { session in
                try session.executeScript("alter table catalog.products enable trigger products_keep_updated_images")
            }
            _ = try await duty.run(Self.job, partitions.logger)
            #expect(try await partitions.pool.run { try $0.upkeepAlerts() } == [])
        }
    }
}
