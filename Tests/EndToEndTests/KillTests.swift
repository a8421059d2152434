import Foundation
import Postgres
import TestSupport
import Testing

/// Real processes, killed and set against each other.
@Suite(.timeLimit(.minutes(5))) struct KillTests {
    private static let header = "vendor_product_id,product_name,category,sku,price,stock_quantity\n"

    private func file(_ catalog: CatalogBinary, _ name: String, _ rows: Range<Int>, prefix: String) throws -> String {
        let lines = rows.map { "\(prefix)\($0),Name,Audio,S\($0),1.00,1" }
        return try catalog.folder.write(Self.header + lines.joined(separator: "\n") + "\n", to: name)
    }

    /// Uploads that have begun, asked until there is one more than before.
    private func waitForUpload(_ catalog: CatalogBinary, _ number: Int) async throws {
        try await eventually {
            try await catalog.value("select count(*) >= \(number)::integer from catalog.upload_history") == "t"
        }
    }

    @Test("Killed at random, an upload leaves all of its rows or none, and the next one gives it up")
    func killed() async throws {
        try await CatalogBinary.with { catalog in
            try await catalog.prepare()
            for round in 1...8 {
                let rows = (round * 5000)..<((round + 1) * 5000)
                let process = try catalog.start(
                    "ingest", try file(catalog, "\(round).csv", rows, prefix: "P"), "--vendor", "V001")
                try await waitForUpload(catalog, round)
                // The moment differs from round to round by as many questions to the server.
                for _ in 0..<Int.random(in: 0...30) { _ = try await catalog.value("select 1") }
                process.signal(SIGKILL)
                _ = try await process.wait()
            }
            _ = try await catalog.rows(
                "update catalog.upload_history set started_at = started_at - interval '1 minute' returning 1")
            let last = try await catalog.ingest(try file(catalog, "last.csv", 0..<10, prefix: "P"))
            #expect(last.status == "completed")
            // The killed process may have been told of a commit no more: the server decides, by what it committed.
            let wrong = try await catalog.rows(
                """
                select u.upload_id, u.status, u.created_records, count(p.product_id)
                from catalog.upload_history u left join catalog.products p using (upload_id)
                group by u.upload_id
                having u.status not in ('completed', 'failed') or coalesce(u.created_records, 0) <> count(p.product_id)
                """)
            #expect(wrong.isEmpty, "\(wrong)")
            let finished = try await catalog.value(
                "select count(*) from catalog.upload_history where status = 'completed'")
            let mails = try await catalog.value("select count(*) from catalog.notifications")
            #expect(finished == mails)
        }
    }

    /// A load that stands still in the middle of its rows.
    private func blockedLoad(_ catalog: CatalogBinary) async throws -> Subprocess {
        try await catalog.prepare()
        let block = try await catalog.run(
            "psql", "-X", "-v", "ON_ERROR_STOP=1", "-c",
            "create function block() returns trigger language plpgsql as $$ begin perform pg_sleep(600); return new; end $$",
            "-c",
            "create trigger block before insert on catalog.products for each row when (new.sku = 'S900') execute function block()"
        )
        #expect(block.status == 0, "\(block.error)")
        let process = try catalog.start(
            "ingest", try file(catalog, "f.csv", 0..<1000, prefix: "P"), "--vendor", "V001")
        try await waitForUpload(catalog, 1)
        try await eventually {
            try await catalog.value(
                "select count(*) from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()"
            )
                != "0"
        }
        return process
    }

    @Test("A load whose database goes away says where to see what became of it")
    func databaseAway() async throws {
        try await CatalogBinary.with { catalog in
            let process = try await blockedLoad(catalog)
            _ = try await catalog.rows(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                where wait_event = 'PgSleep' and datname = current_database()
                """)
            let outcome = try await process.wait()
            #expect(outcome.status == 1)
            #expect(outcome.error.contains("went away while") && outcome.error.contains("catalog upload list"))
            #expect(try await catalog.value("select count(*) from catalog.products") == "0")
        }
    }

    @Test("Ctrl-C in the middle of a load says that nothing was loaded, and the history says so, too")
    func interrupted() async throws {
        try await CatalogBinary.with { catalog in
            let process = try await blockedLoad(catalog)
            process.signal(SIGINT)
            let outcome = try await process.wait()
            #expect(outcome.status == 130)
            #expect(outcome.error.contains("nothing of") && outcome.error.contains("was loaded"))
            #expect(try await catalog.value("select count(*) from catalog.products") == "0")
            #expect(
                try await catalog.value("select status || ' ' || failure_type from catalog.upload_history")
                    == "failed INTERRUPTED")
        }
    }

    @Test("Processes of two vendors that fight for the same SKUs finish with one winner a SKU")
    func fight() async throws {
        try await CatalogBinary.with { catalog in
            try await catalog.prepare(vendors: ["V001", "V002"])
            let one = try file(catalog, "one.csv", 0..<4000, prefix: "A")
            let lines = (0..<4000).reversed().map { "B\($0),Name,Audio,S\($0),1.00,1" }
            let two = try catalog.folder.write(Self.header + lines.joined(separator: "\n") + "\n", to: "two.csv")
            async let first = catalog.ingest(one, vendor: "V001")
            async let second = catalog.ingest(two, vendor: "V002")
            let outcomes = try await [first, second]
            #expect(outcomes.reduce(0) { $0 + $1.createdRecords } == 4000)
            #expect(
                outcomes.allSatisfy {
                    $0.validRecords + $0.errorRecords == 4000 && $0.validRecords == $0.createdRecords
                })
            #expect(try await catalog.value("select count(distinct sku) from catalog.products") == "4000")
        }
    }

    @Test("Two uploads of one vendor at the same time run one after another")
    func oneVendor() async throws {
        try await CatalogBinary.with { catalog in
            try await catalog.prepare()
            let path = try file(catalog, "same.csv", 0..<3000, prefix: "A")
            async let first = catalog.ingest(path, "--mode", "upsert")
            async let second = catalog.ingest(path, "--mode", "upsert")
            let outcomes = try await [first, second]
            #expect(outcomes.map(\.createdRecords).sorted() == [0, 3000])
            #expect(outcomes.map(\.unchangedRecords).sorted() == [0, 3000])
        }
    }
}
