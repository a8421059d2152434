import Foundation
import Postgres
import TestSupport
import Testing

/// `catalog migrate up` killed at random moments, in files of both kinds, and run again until it is through.
///
/// `CATALOG_MIGRATE_KILLS` says how many kills there are at least: `make chaos` makes 200.
@Suite(.timeLimit(.minutes(30))) struct MigrateKillTests {
    private static let kills = Int(ProcessInfo.processInfo.environment["CATALOG_MIGRATE_KILLS"] ?? "") ?? 6

    private static let files = [
        "0001_make_tables.sql": """
        create table ledger (n bigint, note text);
        create table numbers as select i as n, md5(i::text) as t from generate_series(1, 60000) i;
        """,
        "0001_make_tables.down.sql": "drop table ledger, numbers;",
        "0002_build_indexes.sql": """
        -- catalog: no-transaction
        insert into ledger values (2, 'before');
        create index concurrently numbers_n_idx on numbers (n);
        create unique index concurrently if not exists numbers_t_idx on numbers (t, n desc) where n > 10;
        begin; insert into ledger values (2, 'between'); insert into ledger values (2, 'between too'); commit;
        create index concurrently numbers_lower_idx on numbers (lower(t));
        drop index concurrently numbers_n_idx;
        reindex index concurrently numbers_t_idx;
        vacuum ledger;
        insert into ledger values (2, 'after');
        """,
        "0002_build_indexes.down.sql": """
        -- catalog: no-transaction
        drop index concurrently numbers_lower_idx;
        drop index concurrently numbers_t_idx;
        delete from ledger where n = 2;
        """,
        "0003_add_column.sql": "alter table numbers add column note text; insert into ledger values (3, 'once');",
        "0003_add_column.down.sql": "alter table numbers drop column note; delete from ledger where n = 3;",
    ]

    @Test("After any number of kills the next run goes on by itself: nothing twice, nothing missing, no invalid index")
    func killed() async throws {
        try await CatalogBinary.with(migrated: false) { catalog in
            let folder = catalog.folder.file("shop")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for (name, sql) in Self.files { try Data(sql.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
            var kills = 0
            while kills < Self.kills {
                kills += try await Self.runUntilThrough(catalog, folder, ["up"], killing: kills < Self.kills)
                try await Self.checkEverything(catalog)
                kills += try await Self.runUntilThrough(
                    catalog, folder, ["down", "--target", "0"], killing: kills < Self.kills)
                let left = try await catalog.value(
                    "select count(*) from pg_class where relnamespace = 'public'::regnamespace")
                #expect(left == "0")
            }
        }
    }

    /// - Returns: how often it was killed before it came through.
    private static func runUntilThrough(
        _ catalog: CatalogBinary, _ folder: String, _ arguments: [String], killing: Bool
    ) async throws -> Int {
        var kills = 0
        while true {
            let process = try Subprocess.start(
                Project.binary("catalog"), ["migrate"] + arguments + ["--directory", folder],
                environment: catalog.environment, directory: catalog.folder.path)
            let killer = Task {
                guard killing else { return false }
                // A random moment of a run is what this is about.
                try await Task.sleep(for: .milliseconds(Int.random(in: 20...900)))
                process.signal(SIGKILL)
                return true
            }
            let outcome = try await process.wait()
            killer.cancel()
            if outcome.status == 0 { return kills }
            guard outcome.status == 128 + SIGKILL else {
                throw UnexpectedFailure(arguments: arguments, outcome: outcome)
            }
            kills += 1
        }
    }

    private static func checkEverything(_ catalog: CatalogBinary) async throws {
        let notes = try await catalog.value("select string_agg(n || ' ' || note, ', ' order by n, note) from ledger")
        #expect(notes == "2 after, 2 before, 2 between, 2 between too, 3 once")
        let indexes = try await catalog.rows(
            """
            select i.indexrelid::regclass::text, i.indisvalid::text from pg_index i
            where i.indrelid = 'numbers'::regclass order by 1
            """)
        #expect(indexes == [["numbers_lower_idx", "true"], ["numbers_t_idx", "true"]])
        #expect(try await catalog.value("select count(*) from numbers where lower(t) = t") == "60000")
        let open = try await catalog.value(
            "select count(*) from migrations.applied_statements where finished_at is null")
        #expect(open == "0")
        #expect(try await catalog.value("select count(*) from migrations.applied") == "3")
    }
}
