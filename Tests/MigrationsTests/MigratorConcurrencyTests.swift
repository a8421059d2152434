import Postgres
import TestSupport
import Testing

@testable import Migrations

/// A file can be stopped in the middle by the test holding this lock.
private let gate = "select pg_advisory_xact_lock(42)"

@Suite("Migrating while others do something", .timeLimit(.minutes(5)))
struct MigratorConcurrencyTests {
    @Test(
        "Of two migrators one waits, and each file runs exactly once",
        arguments: [
            "\(gate); create table step_2 ()",
            "-- catalog: no-transaction\n\(gate); create table step_2 (); create index concurrently step_2_idx on step_2 ((1))",
        ])
    func twoMigrators(script: String) async throws {
        try await withDatabase { conninfo in
            let files = try MigrationSet.make(["create table step_1 ()", script, "create table step_3 ()"])
            let (first, second) = (Events(), Events())
            let applied = try await holding(gate, conninfo) { release in
                async let one = Migrator(conninfo: conninfo, files: files, settings: .quick, report: first.report).up()
                await first.wait { $0 == .running(file: "0002_step_2.sql") }
                async let two = Migrator(conninfo: conninfo, files: files, settings: .quick, report: second.report).up()
                await second.wait { $0 == .waitingForAnotherMigrator }
                release()
                return try await one + two
            }
            #expect(applied.map(\.version).sorted() == [1, 2, 3])
            #expect(try await tables(conninfo) == ["step_1", "step_2", "step_3"])
        }
    }

    @Test("A migrator whose server process dies in the middle of a file leaves no trace and no lock")
    func killedInTheMiddle() async throws {
        try await withDatabase { conninfo in
            let files = try MigrationSet.make(["create table step_1 (); \(gate)"])
            let events = Events()
            try await holding(gate, conninfo) { _ in
                let running = Task { try await Migrator(conninfo: conninfo, files: files, report: events.report).up() }
                await events.wait { $0 == .running(file: "0001_step_1.sql") }
                let kill = """
                    select pg_terminate_backend(pid, 5000) from pg_stat_activity
                    where datname = current_database() and application_name = 'catalog-migrate'
                    """
                let isKilled = try await ask(kill, conninfo)
                #expect(isKilled == ["t"])
                let error = await #expect(throws: MigrationFailed.self) { try await running.value }
                #expect(error?.cause.isConnectionLoss == true)
            }
            #expect(try await tables(conninfo).isEmpty)
            #expect(try await Migrator(conninfo: conninfo, files: files).up().count == 1)
        }
    }

    @Test("The wait for another migrator ends with an error that says where to look")
    func lockedOut() async throws {
        try await withDatabase { conninfo in
            var settings = MigratorSettings.quick
            settings.patience = .milliseconds(20)
            let migrator = Migrator(conninfo: conninfo, files: try .tables(1), settings: settings)
            try await holding("\(MigrationSessionQueries.tryLock)", conninfo) { _ in
                _ = await #expect(throws: MigrationError.lockedOut(seconds: 0)) { try await migrator.up() }
            }
            #expect(try await migrator.up().count == 1)
        }
    }

    @Test("A file that waits too long for a table gives way and tries again")
    func lockTimeout() async throws {
        try await withDatabase { conninfo in
            _ = try await ask("create table busy ()", conninfo)
            var settings = MigratorSettings.quick
            settings.lockTimeout = .milliseconds(20)
            let files = try MigrationSet.make(["create table step_1 (); alter table busy add n int"])
            let events = Events()
            let patient = Migrator(conninfo: conninfo, files: files, settings: settings, report: events.report)
            let applied = try await holding("lock table busy", conninfo) { release in
                settings.lockPatience = .milliseconds(50)
                let impatient = Migrator(conninfo: conninfo, files: files, settings: settings)
                let error = await #expect(throws: MigrationFailed.self) { try await impatient.up() }
                #expect(error?.cause.sqlState == "55P03")
                async let result = patient.up()
                await events.wait { if case .retrying(_, attempt: 2, _) = $0 { true } else { false } }
                release()
                return try await result
            }
            #expect(applied.count == 1)
        }
    }
}

@Suite("Migrating outside a transaction", .timeLimit(.minutes(5)))
struct NoTransactionTests {
    private static let table = "create table step_1 (n int); insert into step_1 values (1), (1)"

    @Test("An index is built concurrently, even by the first file of a database")
    func concurrentIndex() async throws {
        try await withDatabase { conninfo in
            let index =
                "-- catalog: no-transaction\n\(Self.table);\ncreate index concurrently step_1_n_idx on step_1 (n)"
            let migrator = Migrator(conninfo: conninfo, files: try .make([index]))
            #expect(try await migrator.up().count == 1)
            #expect(
                try await ask("select indisvalid from pg_index where indrelid = 'step_1'::regclass", conninfo) == ["t"])
            #expect(try await migrator.status().currentVersion == 1)
        }
    }

    @Test("When it fails nothing INVALID is left, and a second run succeeds once the cause is gone")
    func failure() async throws {
        try await withDatabase { conninfo in
            let index = """
                -- catalog: no-transaction
                create unique index concurrently step_1_n_idx on step_1 (n);
                """
            let migrator = Migrator(conninfo: conninfo, files: try .make([Self.table, index]))
            let error = await #expect(throws: MigrationFailed.self) { try await migrator.up() }
            #expect(error?.line == 2)
            #expect(error?.isRolledBack == false)
            #expect(error?.description.contains("the statements before it stand") == true)
            #expect(try await ask("select to_regclass('step_1_n_idx')", conninfo) == ["NULL"])
            #expect(try await migrator.status().currentVersion == 1)
            _ = try await ask("truncate step_1", conninfo)
            #expect(try await migrator.up().count == 1)
        }
    }

    @Test("A dry run with such a file lists instead of running, and says so")
    func dryRun() async throws {
        try await withDatabase { conninfo in
            let files = try MigrationSet.make(["create table step_1 ()", "-- catalog: no-transaction\nvacuum"])
            let events = Events()
            let migrator = Migrator(conninfo: conninfo, files: files, report: events.report)
            #expect(try await migrator.up(dryRun: true).count == 2)
            await events.wait { $0 == .onlyListed(because: "0002_step_2.sql") }
            #expect(try await tables(conninfo).isEmpty)
        }
    }

    @Test("Cancelling the task stops the statement and records nothing")
    func cancellation() async throws {
        try await withDatabase { conninfo in
            let files = try MigrationSet.make(["-- catalog: no-transaction\n\(gate); create table step_1 ()"])
            let events = Events()
            try await holding(gate, conninfo) { _ in
                let running = Task { try await Migrator(conninfo: conninfo, files: files, report: events.report).up() }
                await events.wait { $0 == .running(file: "0001_step_1.sql") }
                running.cancel()
                _ = await #expect(throws: CancellationError.self) { try await running.value }
            }
            #expect(try await tables(conninfo).isEmpty)
            #expect(try await Migrator(conninfo: conninfo, files: files).status().currentVersion == 0)
        }
    }
}
