import Postgres
import TestSupport
import Testing

@testable import Migrations

/// Files that run outside a transaction, cut off in the middle and run again.
@Suite("Going on after a file was cut off", .timeLimit(.minutes(5)))
struct NoTransactionResumeTests {
    private static let gate = "select pg_advisory_lock(42)"

    private static func table(_ rows: Int = 3) -> String {
        "create table step_1 (n int, t text); insert into step_1 select i, i::text from generate_series(1, \(rows)) i"
    }

    @Test("What may run in a transaction is done exactly once, with its record; settings of the session come again")
    func exactlyOnce() async throws {
        try await withDatabase { conninfo in
            let script = """
                -- catalog: no-transaction
                set search_path = other, public;
                insert into step_1 values (100);
                begin; insert into step_1 values (101); insert into step_1 values (102); commit;
                create index concurrently step_1_n_idx on step_1 (n);
                """
            let broken = try MigrationSet.make([Self.table(0), script + "\ninsert into missing values (1);\n"])
            let error = await #expect(throws: MigrationFailed.self) {
                try await Migrator(conninfo: conninfo, files: broken).up()
            }
            #expect(error?.line == 6 && error?.isRolledBack == false)
            let rows = "select string_agg(n::text, ' ' order by n) from step_1"
            #expect(try await ask(rows, conninfo) == ["100 101 102"])
            #expect(
                try await ask(
                    "select count(*) from migrations.applied_statements where finished_at is not null", conninfo) == [
                        "3"
                    ])
            // The last statement may be corrected, those before it not.
            let changed = try MigrationSet.make([
                Self.table(0), script.replacing("(100)", with: "(99)") + "\ncreate table other_1 ();\n",
            ])
            await #expect(throws: MigrationError.statementChanged(file: "0002_step_2.sql", line: 3)) {
                try await Migrator(conninfo: conninfo, files: changed).up()
            }
            _ = try await ask("create schema other", conninfo)
            let mended = try MigrationSet.make([Self.table(0), script + "\ncreate table found ();\n"])
            #expect(try await Migrator(conninfo: conninfo, files: mended).up().count == 1)
            #expect(try await ask(rows, conninfo) == ["100 101 102"])
            #expect(try await ask("select 'other.found'::regclass::text", conninfo) == ["other.found"])
        }
    }

    @Test(
        "An INVALID index is dropped and built again, a valid one of the same definition counts as done",
        arguments: [
            "create index concurrently step_1_idx on step_1 (n) where n > 1",
            "create index concurrently if not exists step_1_idx on only public.step_1 using btree (n) where (n > 1)",
            "create unique index concurrently if not exists \"step_1_idx\" on \"step_1\" (lower(t), n desc)",
        ])
    func indexes(statement: String) async throws {
        try await withDatabase { conninfo in
            let files = try MigrationSet.make([Self.table(), "-- catalog: no-transaction\n\(statement);\n"])
            try await Migrator(conninfo: conninfo, files: files).up(to: 1)
            _ = try await ask(statement.replacing("concurrently", with: ""), conninfo)
            // As a build leaves it that was cut off: test databases belong to a superuser.
            _ = try await ask(
                "update pg_index set indisvalid = false where indexrelid = 'step_1_idx'::regclass", conninfo)
            let invalid = try await ask("select 'step_1_idx'::regclass::oid", conninfo)
            let events = Events()
            let migrator = Migrator(conninfo: conninfo, files: files, report: events.report)
            #expect(try await migrator.up().count == 1)
            await events.wait { $0 == .droppingInvalidIndex(file: "0002_step_2.sql", index: "step_1_idx") }
            let valid = "select indisvalid from pg_index where indexrelid = 'step_1_idx'::regclass"
            #expect(try await ask(valid, conninfo) == ["t"])
            let built = try await ask("select 'step_1_idx'::regclass::oid", conninfo)
            #expect(built != invalid)
            // Somebody has built it before.
            _ = try await ask("delete from migrations.applied where version = 2", conninfo)
            _ = try await ask("delete from migrations.applied_statements", conninfo)
            #expect(try await migrator.up().count == 1)
            #expect(try await ask("select 'step_1_idx'::regclass::oid", conninfo) == built)
        }
    }

    @Test("Another index of the same name is never taken for the one that is wanted, whatever `if not exists` says")
    func otherIndex() async throws {
        try await withDatabase { conninfo in
            let build = "create index concurrently if not exists step_1_idx on step_1 (n)"
            let files = try MigrationSet.make([
                Self.table() + "; create index step_1_idx on step_1 (t)", "-- catalog: no-transaction\n\(build)",
            ])
            await #expect(throws: MigrationError.indexDiffers(file: "0002_step_2.sql", index: "step_1_idx")) {
                try await Migrator(conninfo: conninfo, files: files).up()
            }
        }
    }

    @Test("A run waits for the session that an earlier one left at work, and uses what it made")
    func orphan() async throws {
        try await withDatabase { conninfo in
            let build = "create index concurrently step_1_idx on step_1 (n)"
            let files = try MigrationSet.make([Self.table(), "-- catalog: no-transaction\n\(build)"])
            try await Migrator(conninfo: conninfo, files: files).up(to: 1)
            let orphan = try await Connection.open(conninfo)
            let events = Events()
            try await holding("insert into step_1 values (4)", conninfo) { release in
                let name = StatementRun.application("0002_step_2.sql")
                try await orphan.run { try $0.execute("select set_config('application_name', \(name)::text, false)") }
                async let building: Void = { _ = try await orphan.run { try $0.executeScript(build) } }()
                try await waitForActivity(
                    "query like 'create index concurrently%' and wait_event_type = 'Lock'", conninfo)
                async let applied = Migrator(conninfo: conninfo, files: files, settings: .quick, report: events.report)
                    .up()
                await events.wait { if case .waitingForEarlierRun = $0 { true } else { false } }
                release()
                try await building
                // An idle session of that name is nobody's work any more and is ended.
                let count = try await applied.count
                #expect(count == 1)
            }
            #expect(
                try await ask(
                    "select count(*) from pg_index where indrelid = 'step_1'::regclass and indisvalid", conninfo) == [
                        "1"
                    ])
            await orphan.close()
        }
    }

    @Test("One that takes longer than our patience is ended, and its index built anew")
    func stuckOrphan() async throws {
        try await withDatabase { conninfo in
            let build = "create index concurrently step_1_idx on step_1 (n)"
            let files = try MigrationSet.make([Self.table(), "-- catalog: no-transaction\n\(build)"])
            try await Migrator(conninfo: conninfo, files: files).up(to: 1)
            var settings = MigratorSettings.quick
            settings.patience = .milliseconds(30)
            let orphan = try await Connection.open(conninfo)
            let name = StatementRun.application("0002_step_2.sql")
            try await orphan.run { try $0.execute("select set_config('application_name', \(name)::text, false)") }
            let stuck = Task { try await orphan.run { try $0.executeScript("select pg_sleep(600)") } }
            try await waitForActivity("query = 'select pg_sleep(600)'", conninfo)
            #expect(try await Migrator(conninfo: conninfo, files: files, settings: settings).up().count == 1)
            await #expect(throws: PostgresError.self) { try await stuck.value }
            await orphan.close()
        }
    }

    @Test("Whose lock is lost with its session begins no other statement, and the next run goes on where it was")
    func lostLock() async throws {
        try await withDatabase { conninfo in
            let script =
                "-- catalog: no-transaction\nselect pg_advisory_xact_lock(42);\ninsert into step_1 values (100);\n"
            let files = try MigrationSet.make([Self.table(0), script])
            let migrator = Migrator(conninfo: conninfo, files: files, settings: .quick)
            try await migrator.up(to: 1)
            try await holding("select pg_advisory_xact_lock(42)", conninfo) { release in
                let running = Task { try await migrator.up() }
                try await waitForActivity(
                    "query like 'select pg_advisory_xact_lock(42)%' and wait_event_type = 'Lock'", conninfo)
                let end = """
                    select pg_terminate_backend(pid, 5000) from pg_stat_activity
                    where datname = current_database() and application_name = 'catalog-migrate'
                    """
                let ended = try await ask(end, conninfo)
                #expect(ended == ["t"])
                release()
                await #expect(throws: PostgresError.self) { try await running.value }
            }
            #expect(try await ask("select count(*) from step_1", conninfo) == ["0"])
            #expect(try await migrator.up().count == 1)
            #expect(try await ask("select count(*) from step_1", conninfo) == ["1"])
        }
    }

    @Test("A dropped index stays dropped, and a detached partition detached, when their file runs again")
    func dropsAndDetachments() async throws {
        try await withDatabase { conninfo in
            let prepare = """
                create table step_1 (n int) partition by range (n);
                create table step_1_low partition of step_1 for values from (0) to (10);
                create table other (n int); create index other_idx on other (n);
                """
            let script = """
                -- catalog: no-transaction
                drop index concurrently other_idx;
                alter table step_1 detach partition step_1_low concurrently;
                vacuum other;
                reindex table concurrently other;
                """
            let migrator = Migrator(conninfo: conninfo, files: try .make([prepare, script]))
            try await migrator.up()
            // As if each had been cut off between its end and its record.
            _ = try await ask("update migrations.applied_statements set finished_at = null", conninfo)
            _ = try await ask("delete from migrations.applied where version = 2", conninfo)
            #expect(try await migrator.up().count == 1)
            #expect(
                try await ask("select count(*) from pg_inherits where inhparent = 'step_1'::regclass", conninfo) == [
                    "0"
                ])
        }
    }
}

/// Asks until a session of the database does what the condition on `pg_stat_activity` says.
func waitForActivity(_ condition: String, _ conninfo: String) async throws {
    let question =
        "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and \(condition)"
    try await eventually { try await ask(question, conninfo) != ["0"] }
}

@Suite("Taking a file outside a transaction apart")
struct StatementUnitTests {
    private func units(_ script: String) -> [StatementUnit] { StatementUnit.units(SQLStatement.split(script)) }

    @Test(
        "An index that is built concurrently is read with its name, table and definition",
        arguments: [
            ("create index concurrently a on t (n)", "a", "\"t\"", "(n)"),
            (
                "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"A\"\"b\" ON ONLY s.\"T\" USING gin (n) WHERE n > 1",
                "A\"b", "\"s\".\"T\"", "USING gin (n) WHERE n > 1"
            ),
            ("create index concurrently /* a */ B on S.T(lower(n))", "b", "\"s\".\"t\"", "(lower(n))"),
        ])
    func index(sql: String, name: String, table: String, definition: String) throws {
        let build = try #require(IndexBuild(SQLStatement.split(sql)[0]))
        #expect(build.name == name && build.table.quoted == table && build.definition == definition)
        #expect(build.isUnique == sql.lowercased().contains("unique"))
    }

    @Test(
        "Every statement is what it can be: in a transaction if it may",
        arguments: [
            ("set role x", "setting"), ("reset all", "setting"), ("insert into t values (1)", "transaction"),
            ("begin; select 1; commit", "transaction"), ("create index a on t (n)", "transaction"),
            ("create index concurrently a on t (n)", "indexBuild"),
            ("drop index concurrently if exists s.a", "indexDrop"),
            ("drop index a", "transaction"), ("reindex index concurrently a", "reindex"), ("reindex database", "alone"),
            ("alter table if exists p detach partition q concurrently", "detach"),
            ("alter table p detach partition q", "transaction"),
            ("vacuum full t", "alone"), ("call p()", "alone"), ("alter type t add value 'x'", "transaction"),
        ])
    func kinds(script: String, kind: String) {
        let units = units(script)
        #expect(units.count == 1)
        #expect("\(units[0])".hasPrefix(kind))
    }
}
