import Foundation
import Postgres
import Storage
import TestSupport
import Testing

@testable import Upkeep

/// What leaves the history leaves its hashes there.
@Suite(.timeLimit(.minutes(5))) struct HistoryRetentionTests {
    private struct Shelf {
        let partitions: Partitions
        let store: FileObjectStore
        let retention: Retention

        /// Other tables have partitions of that time, too.
        func run() async throws -> [Release] {
            try await retention.run(now: .at("2024-05-02")).filter {
                ["catalog.product_versions", "catalog.upload_events"].contains($0.table)
            }
        }

        func restore(_ id: Int) async throws -> Int {
            try await Restore(pool: partitions.pool, store: store).run(id, days: 30)
        }

        func text(_ statement: Statement) async throws -> String { try await partitions.value(statement) }

        /// How many rows are released, or what is wrong.
        var proof: String {
            get async throws {
                try await text("select coalesce(problem, released_rows::text) from audit.verify_history()")
            }
        }

        /// Prices as of a tick.
        func prices(at tick: Int) async throws -> String {
            let moment = try await text("select at from catalog.ticks where tick_id = \(tick)::bigint")
            return try await text(
                "select coalesce(string_agg(price::text, ' ' order by sku), 'none') from audit.products_as_of(\(moment)::timestamptz)"
            )
        }

        func refusal(_ statement: Statement) async throws -> String? {
            await #expect(throws: PostgresError.self, "\(statement)") {
                try await partitions.pool.run { _ = try $0.query(statement) }
            }?.sqlState
        }
    }

    /// Two products, changed by an upload in January 2024, with a line of its timeline, and again today.
    private static let past = """
        insert into catalog.product_categories (category_name) values ('Audio');
        insert into catalog.products (vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity)
        values ('V1', 'P1', 'N', 'Audio', 'S1', 10, 1), ('V1', 'P2', 'N', 'Audio', 'S2', 10, 1);
        select audit.tick();
        begin;
        update catalog.upload_history set status = 'processing' where upload_id = 'U1';
        set local catalog.upload_id = 'U1';
        update catalog.products set price = 11;
        insert into catalog.upload_events (upload_id, event, at) values ('U1', 'old', '2024-01-15');
        set local session_replication_role = replica;
        update catalog.changes set began_at = '2024-01-15' where tick_id is null;
        update catalog.upload_history
        set status = 'completed', completed_at = now(), total_records = 2, valid_records = 2, error_records = 0, created_records = 0,
            updated_records = 2, unchanged_records = 0
        where upload_id = 'U1';
        commit;
        select audit.tick();
        """

    private static func with(_ body: (Shelf) async throws -> Void) async throws {
        try await Partitions.with { partitions in
            try await partitions.pool.run { try $0.executeScript(past) }
            try await partitions.keep(now: "2024-01-20")
            try await partitions.pool.run { session in
                try session.executeScript("update catalog.products set price = 12; select audit.tick()")
            }
            let folder = try TemporaryFolder()
            let store = FileObjectStore(root: URL(fileURLWithPath: folder.path))
            let retention = Retention(
                pool: partitions.pool, store: store,
                settings: RetentionSettings(keepDays: ["catalog.product_versions": 90, "catalog.upload_events": 90]),
                logger: partitions.logger)
            try await body(Shelf(partitions: partitions, store: store, retention: retention))
        }
    }

    @Test(
        "Versions and timelines leave after their time; what is left is still proved, and what needs them is refused, not answered wrongly"
    )
    func released() async throws {
        try await Self.with { shelf in
            #expect(try await shelf.proof == "0")
            #expect(try await shelf.prices(at: 1) == "10.00 10.00")
            let released = try await shelf.run()
            #expect(released.map(\.table) == ["catalog.product_versions", "catalog.upload_events"])
            #expect(released.map(\.from) == ["2024-01-01T00:00:00.000Z", nil])
            #expect(released.allSatisfy { $0.until == "2024-02-01T00:00:00.000Z" })
            #expect(try await shelf.text("select count(*) from catalog.product_versions") == "2")
            #expect(try await shelf.proof == "3")
            #expect(
                try await shelf.text(
                    "select string_agg(table_name || ' ' || rows, ', ' order by release_id) from catalog.history_releases"
                )
                    == "product_versions 2, upload_events 1")
            #expect(try await shelf.prices(at: 2) == "11.00 11.00")
            let first = try await shelf.text("select at from catalog.ticks where tick_id = 1")
            #expect(
                try await shelf.refusal("select count(*) from audit.products_as_of(\(first)::timestamptz)") == "55000")
            #expect(try await shelf.refusal("select count(*) from audit.upload_diff('U1')") == "55000")
            #expect(try await shelf.refusal("select count(*) from audit.changes_since()") == "22023")
            #expect(try await shelf.refusal("select catalog.revert_upload('U1')") == "55000")
            #expect(try await shelf.run() == [])
        }
    }

    @Test("What comes back is what left, and questions have their answers again; other rows are refused")
    func restored() async throws {
        try await Self.with { shelf in
            let rows: Statement =
                "select md5(string_agg(v::text, ' ' order by version_id)) from catalog.product_versions v"
            let before = try await shelf.text(rows)
            let released = try await shelf.run()
            for release in released {
                #expect(try await shelf.restore(release.id) > 0)
            }
            #expect(try await shelf.text(rows) == before)
            #expect(try await shelf.proof == "0")
            #expect(try await shelf.prices(at: 1) == "10.00 10.00")
            // It may leave again.
            try await shelf.partitions.pool.run {
                _ = try $0.execute(
                    "update retention.released_partitions set restored_until = '2024-05-01' where state = 'restored'")
            }
            #expect(try await shelf.run().count == 2)
            #expect(try await shelf.proof == "3")
            let error = await #expect(throws: PostgresError.self) {
                try await shelf.partitions.pool.run { session in
                    try session.executeScript(
                        """
                        begin;
                        select catalog.prepare_history('upload_events', 'upload_events_forged');
                        insert into catalog.upload_events_forged (event_id, upload_id, event, at) values (1, 'U1', 'forged', '2024-01-15');
                        select catalog.restore_history('upload_events', 'upload_events_forged', '-infinity', '2024-02-01');
                        commit
                        """)
                }
            }
            #expect(error?.sqlState == "23001" && error?.message.hasPrefix("these are not the rows that left") == true)
        }
    }

    @Test("The service lets nothing leave that ended less than 90 days ago, and nothing that is not as it was written")
    func refused() async throws {
        try await Self.with { shelf in
            let pool = shelf.partitions.pool
            let present = try await shelf.text("select max(partition_name) from catalog.version_spans()")
            #expect(present > "product_versions_2026")
            #expect(
                try await shelf.refusal("select catalog.detach_history('product_versions', \(present)::text)")
                    == "23001")
            #expect(
                try await shelf.refusal("select catalog.drop_history('upload_events', 'upload_events_rest')") == "23001"
            )
            #expect(
                try await shelf.refusal("select catalog.drop_history('upload_history', 'upload_history')") == "42P01")
            try await pool.run { session in
                try session.executeScript(
                    """
                    set session_replication_role = replica;
                    update catalog.product_versions set price = 1 where version_id = 1;
                    reset session_replication_role
                    """)
            }
            await #expect(throws: PostgresError.self) { try await shelf.run() }
            #expect(try await shelf.text("select count(*) from catalog.product_versions where price = 1") == "1")
            #expect(try await shelf.proof.hasPrefix("version 1 of product"))
        }
    }

    @Test("While a reader holds the history the upkeep tries again, and nobody waits for it longer than half a second")
    func longReader() async throws {
        try await Self.with { shelf in
            let pool = shelf.partitions.pool
            let (end, started) = (DispatchSemaphore(value: 0), AsyncStream.makeStream(of: Void.self))
            let reader = Task {
                defer { started.continuation.finish() }
                try await pool.transaction { session in
                    _ = try session.query("select count(*) from catalog.upload_events")
                    started.continuation.yield()
                    end.wait()
                }
            }
            for await _ in started.stream { break }
            let release = Task { try await shelf.run() }
            try await pool.transaction { session in
                try session.execute("set local lock_timeout = '2s'")
                _ = try session.execute("insert into catalog.upload_events (upload_id, event) values ('U1', 'new')")
            }
            end.signal()
            try await reader.value
            #expect(try await release.value.count == 2)
            #expect(try await shelf.proof.hasPrefix("3"))
        }
    }
}
