import Foundation
import Postgres
import TestSupport
import Testing

@testable import Migrations

/// The sessions that files run in: nothing leaks into them, and nothing of an application's limits ends them.
@Suite("A session of its own for every file", .timeLimit(.minutes(5)))
struct MigratorSessionTests {
    @Test("Whatever a file sets or leaves in its session, the next one does not see: two runs and one are the same")
    func nothingLeaks() async throws {
        try await withDatabase { conninfo in
            let careless = """
                select set_config('search_path', '', false); set role pg_database_owner; set work_mem = '1MB';
                set statement_timeout = 300; create temporary table leftover (); prepare question as select 1;
                """
            let check = """
                do $$ begin
                    assert current_user = session_user, 'role';
                    assert current_setting('search_path') like '%public%', 'search_path';
                    assert current_setting('work_mem') <> '1MB', 'work_mem';
                    assert current_setting('statement_timeout') = '0', 'statement_timeout';
                    assert current_setting('lock_timeout') = '500ms', 'lock_timeout';
                    assert to_regclass('pg_temp.leftover') is null, 'temporary table';
                    assert not exists (select from pg_prepared_statements where name = 'question'), 'prepared statement';
                end $$
                """
            let scripts = [careless, check, "-- catalog: no-transaction\n\(careless)", check]
            let migrator = Migrator(conninfo: conninfo, files: try .make(scripts))
            #expect(try await migrator.up(to: 2, dryRun: true).count == 2)
            #expect(try await migrator.up().count == 4)
        }
    }

    @Test("Limits that a role has for its applications end no migration, in a transaction or outside of one")
    func limits() async throws {
        try await withDatabase { conninfo in
            let role = "limited_" + String(UInt32.random(in: 0 ... .max))
            _ = try await ask("create role \(role) login superuser", conninfo)
            for limit in ["statement_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout"] {
                _ = try await ask("alter role \(role) set \(limit) = '200ms'", conninfo)
            }
            let slow = "select pg_sleep(0.4); create table step_1 ()"
            let files = try MigrationSet.make([
                slow,
                "-- catalog: no-transaction\nselect pg_sleep(0.4); create index concurrently step_1_idx on step_1 ((1))",
            ])
            let migrator = Migrator(conninfo: conninfo + " user=\(role)", files: files)
            #expect(try await migrator.up().count == 2)
            _ = try await ask("reassign owned by \(role) to postgres", conninfo)
            _ = try await ask("drop role \(role)", conninfo)
        }
    }

    @Test("transaction_timeout, which 17 has brought, ends no migration either", arguments: [17, 18])
    func transactionTimeout(version: Int) async throws {
        try await OtherPostgres.withDatabase(version: version) { conninfo in
            let role = "limited_" + String(UInt32.random(in: 0 ... .max))
            _ = try await ask("create role \(role) login superuser", conninfo)
            _ = try await ask("alter role \(role) set transaction_timeout = '200ms'", conninfo)
            // It would end this very transaction otherwise.
            await #expect(throws: PostgresError.self) {
                _ = try await ask("select pg_sleep(5)", conninfo + " user=\(role)")
            }
            let files = try MigrationSet.make([
                "select pg_sleep(0.4); create table step_1 ()",
                "-- catalog: no-transaction\nbegin; select pg_sleep(0.4); commit; create index concurrently step_1_idx on step_1 ((1))",
            ])
            let migrator = Migrator(conninfo: conninfo + " user=\(role)", files: files)
            #expect(try await migrator.up().count == 2)
            _ = try await ask("reassign owned by \(role) to postgres", conninfo)
            _ = try await ask("drop role \(role)", conninfo)
        }
    }

    @Test("While an index is built its progress is told, with the sessions that it waits for")
    func progress() async throws {
        try await withDatabase { conninfo in
            _ = try await ask("create table busy as select generate_series(1, 1000) as n", conninfo)
            var settings = MigratorSettings.quick
            settings.progressInterval = .milliseconds(10)
            let events = Events()
            let files = try MigrationSet.make([
                "-- catalog: no-transaction\ncreate index concurrently busy_n_idx on busy (n)"
            ])
            let migrator = Migrator(conninfo: conninfo, files: files, settings: settings, report: events.report)
            // Whoever writes to the table has to end before the index is valid.
            try await holding("insert into busy values (0)", conninfo) { release in
                async let applied = migrator.up()
                await events.wait {
                    guard case .progress("0001_step_1.sql", let progress) = $0 else { return false }
                    return progress.waitsFor == 1 && progress.phase.contains("waiting")
                }
                release()
                let count = try await applied.count
                #expect(count == 1)
            }
            #expect(
                try await ask("select indisvalid from pg_index where indexrelid = 'busy_n_idx'::regclass", conninfo)
                    == ["t"])
        }
    }

    @Test("Through a pooler with one connection: files in a transaction pass, others are refused in one line")
    func pooled() async throws {
        try await withDatabase { conninfo in
            try await PgBouncer.with(database: conninfo, connections: 1) { pooled in
                let files = try MigrationSet.make([
                    "set work_mem = '1MB'; create table step_1 (n int)", "create table step_2 ()",
                    "-- catalog: no-transaction\ncreate index concurrently step_1_idx on step_1 (n)",
                ])
                let migrator = Migrator(conninfo: pooled, files: files, settings: .quick)
                let error = await #expect(throws: MigrationError.self) { try await migrator.up() }
                #expect(error?.description.contains("\n") == false)
                #expect(error?.description.contains("name PostgreSQL itself in the URL") == true)
                #expect(try await migrator.status().pending.count == 1)
                // What a file sets does not stay with the pooler's connection.
                #expect(try await ask("show work_mem", pooled) == ["4MB"])
                #expect(try await Migrator(conninfo: conninfo, files: files, settings: .quick).up().count == 1)
            }
        }
    }

    @Test("A migration that waits for a table lets its readers through for more than nine tenths of the time")
    func readers() async throws {
        try await withDatabase { conninfo in
            _ = try await ask("create table busy ()", conninfo)
            // The proportions of the defaults, ten times as fast.
            var settings = MigratorSettings()
            settings.lockTimeout = settings.lockTimeout / 10
            settings.shortestPause = settings.shortestPause / 10
            settings.longestPause = settings.longestPause / 10
            let (stream, continuation) = AsyncStream.makeStream(of: MigrationEvent.self)
            let files = try MigrationSet.make(["alter table busy add n text"])
            let migrator = Migrator(
                conninfo: conninfo, files: files, settings: settings, report: { continuation.yield($0) })
            try await holding("select from busy", conninfo) { release in
                async let applied = migrator.up()
                var pauses: [Duration] = []
                for await case .retrying(_, _, let pause) in stream {
                    pauses.append(pause)
                    // It has given way: nobody queues behind it.
                    _ = try await ask("select count(*) from busy", conninfo)
                    if pauses.count == 3 { break }
                }
                #expect(pauses.allSatisfy { $0 >= settings.lockTimeout * 10 }, "\(pauses)")
                #expect(pauses[2] >= pauses[0] * 2)
                release()
                let count = try await applied.count
                #expect(count == 1)
            }
        }
    }

    @Test("A file outside a transaction gives way, too, and does what it has done only once")
    func givesWayOutside() async throws {
        try await withDatabase { conninfo in
            var settings = MigratorSettings.quick
            settings.lockTimeout = .milliseconds(20)
            let files = try MigrationSet.make([
                "create table busy (n int)",
                "-- catalog: no-transaction\ninsert into busy values (1);\nbegin; insert into busy values (2); alter table busy add t text; commit",
            ])
            try await Migrator(conninfo: conninfo, files: files).up(to: 1)
            let events = Events()
            let migrator = Migrator(conninfo: conninfo, files: files, settings: settings, report: events.report)
            try await holding("select from busy", conninfo) { release in
                async let applied = migrator.up()
                await events.wait { if case .retrying(_, attempt: 2, _) = $0 { true } else { false } }
                release()
                let count = try await applied.count
                #expect(count == 1)
            }
            #expect(try await ask("select string_agg(n::text, ' ' order by n) from busy", conninfo) == ["1 2"])
        }
    }

    @Test("A frozen database is refused in one line, before anything is asked of it")
    func readOnly() async throws {
        try await withDatabase { conninfo in
            let frozen = conninfo + " options='-c default_transaction_read_only=on'"
            let migrator = Migrator(conninfo: frozen, files: try .tables(1))
            let error = await #expect(throws: MigrationError.readOnly) { try await migrator.up() }
            #expect(error?.description.contains("default_transaction_read_only") == true)
            #expect(try await migrator.status().pending.count == 1)
        }
    }

    @Test("A standby is refused in one line, and its records can be read")
    func standby() async throws {
        let migrator = Migrator(conninfo: try await TestCluster.standbyConninfo(), files: try .tables(1))
        let error = await #expect(throws: MigrationError.standby) { try await migrator.up() }
        #expect(error?.description.contains("name the primary") == true)
        #expect(try await migrator.status().pending.count == 1)
    }

    @Test("The records belong to the role that owns the schema, so that each of its members may migrate")
    func secondOperator() async throws {
        try await withDatabase { conninfo in
            let suffix = String(UInt32.random(in: 0 ... .max))
            let owner = "records_owner_\(suffix)"
            let operators = ["first_\(suffix)", "second_\(suffix)"]
            _ = try await ask("create role \(owner)", conninfo)
            let give = "execute format('alter database %I owner to \(owner)', current_database())"
            _ = try await ask("do $$ begin \(give); end $$", conninfo)
            let files = [1, 2].map { count in
                let scripts = (1...count).map {
                    ("000\($0)_add_t\($0).sql", "set local role \(owner); create table t\($0) ()")
                }
                return try! MigrationSet(files: scripts, owner: owner)
            }
            for (index, role) in operators.enumerated() {
                _ = try await ask("create role \(role) login in role \(owner)", conninfo)
                _ = try await ask("grant create on schema public to \(owner)", conninfo)
                let migrator = Migrator(conninfo: conninfo + " user=\(role)", files: files[index], binary: "9.\(index)")
                #expect(try await migrator.up().count == 1)
            }
            let plan = try await Migrator(conninfo: conninfo, files: files[1]).status()
            #expect(plan.applied.map(\.appliedBy) == operators && plan.applied.map(\.appliedWith) == ["9.0", "9.1"])
            _ = try await ask("reassign owned by \(owner) to postgres", conninfo)
            _ = try await ask("drop owned by \(owner)", conninfo)
            for role in operators + [owner] { _ = try await ask("drop role \(role)", conninfo) }
        }
    }

    @Test("Records of before, without the newer columns, are read as they are and brought up to date by the next run")
    func olderRecords() async throws {
        try await withDatabase { conninfo in
            let connection = try await Connection.open(conninfo)
            try await connection.run { try $0.executeScript(MigrationRecordQueries.create) }
            let files = try MigrationSet.tables(2)
            let first = files.migrations[0]
            try await connection.run { session in
                try session.execute("create table step_1 (n int)")
                try session.execute(
                    """
                    insert into migrations.applied (version, name, checksum, duration_ms)
                    values (1, \(first.name)::text, \(first.checksum)::text, 3)
                    """)
                #expect(throws: SchemaMismatch.behind(pending: 1)) {
                    try Migrator.requireCurrent(session, files: files)
                }
            }
            await connection.close()
            let migrator = Migrator(conninfo: conninfo, files: files, binary: "2.0")
            #expect(try await migrator.status().applied.map(\.worksWith) == [1])
            #expect(try await migrator.up().count == 1)
            #expect(try await migrator.status().applied.map(\.appliedWith) == [nil, "2.0"])
        }
    }

    @Test("Twenty starters at once: each file exactly once")
    func manyStarters() async throws {
        try await withDatabase { conninfo in
            let files = try MigrationSet.tables(3)
            let applied = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...20 {
                    group.addTask { try await Migrator(conninfo: conninfo, files: files, settings: .quick).up().count }
                }
                return try await group.reduce(0, +)
            }
            #expect(applied == 3)
        }
    }
}
