import Postgres
import TestSupport
import Testing

@testable import Migrations

@Suite("Migrating", .timeLimit(.minutes(5)))
struct MigratorTests {
    @Test("Up applies every pending file once, with a record of each")
    func up() async throws {
        try await withDatabase { conninfo in
            let files = try MigrationSet.tables(3)
            let migrator = Migrator(conninfo: conninfo, files: files)
            #expect(try await migrator.up(to: 2).map(\.version) == [1, 2])
            #expect(try await migrator.up().map(\.version) == [3])
            #expect(try await migrator.up().isEmpty)
            let plan = try await migrator.status()
            #expect(plan.applied.map(\.checksum) == files.migrations.map(\.checksum))
            #expect(plan.applied.allSatisfy { !$0.isBaseline && !$0.appliedBy.isEmpty && !$0.appliedAt.isEmpty })
            #expect(try await tables(conninfo) == ["step_1", "step_2", "step_3"])
        }
    }

    @Test("What prepares runs before the first file, and again with every up, whether or not a file is pending")
    func preparations() async throws {
        try await withDatabase { conninfo in
            let prepare = "create table if not exists runs (n int); insert into runs values (1)"
            let files = try MigrationSet(files: [
                ("B_count.sql", prepare), ("0001_use_runs.sql", "insert into runs values (2)"),
            ])
            let migrator = Migrator(conninfo: conninfo, files: files)
            #expect(try await migrator.up(dryRun: true).count == 1)
            #expect(try await tables(conninfo).isEmpty)
            try await migrator.up()
            try await migrator.up()
            #expect(try await ask("select string_agg(n::text, ' ' order by n) from runs", conninfo) == ["1 1 2"])
        }
    }

    @Test("Looking changes nothing: no table, no schema")
    func statusOfUntouchedDatabase() async throws {
        try await withDatabase { conninfo in
            let migrator = Migrator(conninfo: conninfo, files: try .tables(2))
            #expect(try await migrator.status().pending.count == 2)
            #expect(try await migrator.verify().isEmpty)
            #expect(try await ask("select to_regnamespace('migrations')", conninfo) == ["NULL"])
        }
    }

    @Test("A failed file leaves no trace, those before it stay; the error names file, line and statement")
    func failure() async throws {
        try await withDatabase { conninfo in
            let broken = "create table step_2 ();\n\ninsert into step_1\n  values (no_such_column);\n"
            let error = await #expect(throws: MigrationFailed.self) {
                try await Migrator(
                    conninfo: conninfo, files: try .make(["create table step_1 (n int)", broken])
                ).up()
            }
            #expect(error?.fileName == "0002_step_2.sql")
            #expect(error?.line == 4)
            #expect(error?.cause.sqlState == "42703")
            #expect(
                error?.description.hasPrefix(
                    "migration 0002_step_2.sql:4 failed in 'insert into step_1 values (no_such_column)': column")
                    == true)
            #expect(error?.description.contains("nothing of this file was applied") == true)
            #expect(try await tables(conninfo) == ["step_1"])
            #expect(try await ask("select version from migrations.applied", conninfo) == ["1"])
            let mended = Migrator(
                conninfo: conninfo, files: try .make(["create table step_1 (n int)", "create table step_2 ()"]))
            #expect(try await mended.up().map(\.version) == [2])
        }
    }

    @Test("A deferred constraint fails inside its file")
    func deferredConstraint() async throws {
        try await withDatabase { conninfo in
            let sql = """
                create table step_1 (n int primary key, parent int references step_1 deferrable initially deferred);
                insert into step_1 values (1, 2);
                """
            let error = await #expect(throws: MigrationFailed.self) {
                try await Migrator(conninfo: conninfo, files: try .make([sql])).up()
            }
            #expect(error?.description.hasPrefix("migration 0001_step_1.sql, at commit failed: ") == true)
            let left = try await tables(conninfo)
            #expect(left.isEmpty)
        }
    }

    @Test("A script may change role and settings; they end with it")
    func roleAndSettings() async throws {
        try await withDatabase { conninfo in
            let sql = "set local role pg_database_owner; set local search_path = pg_catalog; set local work_mem = '1MB'"
            let check = """
                do $$ begin
                    assert current_user = session_user and current_setting('search_path') like '%public%'
                        and current_setting('work_mem') <> '1MB' and current_setting('lock_timeout') <> '0';
                end $$
                """
            let migrator = Migrator(conninfo: conninfo, files: try .make([sql, check]))
            #expect(try await migrator.up(dryRun: true).count == 2)
            #expect(try await migrator.up().count == 2)
        }
    }

    @Test("A dry run really runs the files and leaves nothing behind")
    func dryRun() async throws {
        try await withDatabase { conninfo in
            let scripts = ["create table step_1 ()", "create table step_2 (like step_1)"]
            let migrator = Migrator(conninfo: conninfo, files: try .make(scripts))
            #expect(try await migrator.up(dryRun: true).map(\.version) == [1, 2])
            #expect(try await tables(conninfo).isEmpty)
            #expect(try await ask("select to_regnamespace('migrations')", conninfo) == ["NULL"])
            await #expect(throws: MigrationFailed.self) {
                try await Migrator(conninfo: conninfo, files: try .make(scripts + ["oops"])).up(dryRun: true)
            }
        }
    }

    @Test("Down undoes by steps, by version and in rehearsal; without a down file it does nothing at all")
    func down() async throws {
        try await withDatabase { conninfo in
            let migrator = Migrator(conninfo: conninfo, files: try .tables(4))
            try await migrator.up()
            #expect(try await migrator.down(.to(version: 1), dryRun: true).map(\.version) == [4, 3, 2])
            #expect(try await migrator.status().currentVersion == 4)
            #expect(try await migrator.down().map(\.version) == [4])
            #expect(try await migrator.down(.steps(2)).map(\.version) == [3, 2])
            #expect(try await tables(conninfo) == ["step_1"])
            #expect(try await migrator.up().map(\.version) == [2, 3, 4])

            let scripts = try MigrationSet.tables(4).migrations.map(\.up.sql)
            let stuck = try MigrationSet.make(scripts, undoable: [1, 3, 4])
            await #expect(throws: MigrationError.irreversible(stuck.migrations[1])) {
                try await Migrator(conninfo: conninfo, files: stuck).down(.to(version: 0))
            }
            #expect(try await migrator.status().currentVersion == 4)
        }
    }

    @Test("A changed file stops up and down and is reported by verify")
    func drift() async throws {
        try await withDatabase { conninfo in
            try await Migrator(conninfo: conninfo, files: try .tables(2)).up()
            let changed = try MigrationSet.make(
                ["create table step_1 (n bigint)", "create table step_2 (n int)", "create table step_3 ()"],
                undoable: [1, 2, 3])
            let migrator = Migrator(conninfo: conninfo, files: changed)
            let problems = try await migrator.verify()
            #expect(problems.map(\.description).first?.hasPrefix("0001_step_1.sql was changed") == true)
            await #expect(throws: SchemaMismatch.differs(problems)) { try await migrator.up() }
            await #expect(throws: SchemaMismatch.differs(problems)) { try await migrator.down() }
            #expect(try await tables(conninfo) == ["step_1", "step_2"])
        }
    }

    @Test("A service refuses a database that is behind, ahead or different")
    func requireCurrent() async throws {
        try await withDatabase { conninfo in
            let files = try MigrationSet.tables(2)
            let connection = try await Connection.open(conninfo)
            let check: @Sendable (MigrationSet) async throws -> Void = { files in
                try await connection.run { _ = try Migrator.requireCurrent($0, files: files) }
            }
            await #expect(throws: SchemaMismatch.behind(pending: 2)) { try await check(files) }
            try await Migrator(conninfo: conninfo, files: files).up()
            try await check(files)
            await #expect(throws: SchemaMismatch.ahead(database: 2, binary: 1)) { try await check(.tables(1)) }
            await connection.close()
        }
    }

    @Test("A baseline records without running, once, on a database without records")
    func baseline() async throws {
        try await withDatabase { conninfo in
            let migrator = Migrator(conninfo: conninfo, files: try .tables(3))
            #expect(try await migrator.baseline(2).map(\.version) == [1, 2])
            #expect(try await tables(conninfo).isEmpty)
            #expect(try await migrator.status().applied.map(\.isBaseline) == [true, true])
            #expect(try await migrator.up().map(\.version) == [3])
            await #expect(throws: MigrationError.alreadyMigrated(version: 3)) { try await migrator.baseline(3) }
        }
    }

    @Test("The ordinary owner of a database may migrate; others may read the records")
    func ordinaryOwner() async throws {
        try await withDatabase { conninfo in
            let role = "owner_" + String(UInt32.random(in: 0 ... .max))
            _ = try await ask("create role \(role) login", conninfo)
            let give = "execute format('alter database %I owner to \(role)', current_database())"
            _ = try await ask("do $$ begin \(give); end $$", conninfo)
            let asOwner = conninfo + " user=\(role)"
            #expect(try await ask("select rolsuper from pg_roles where rolname = current_user", asOwner) == ["f"])
            let migrator = Migrator(conninfo: asOwner, files: try .tables(2))
            #expect(try await migrator.up().count == 2)
            #expect(try await migrator.status().applied.map(\.appliedBy) == [role, role])
            #expect(try await migrator.down(.to(version: 0)).count == 2)
            let mayRead = "select has_table_privilege('pg_monitor', 'migrations.applied', 'select')"
            #expect(try await ask(mayRead, conninfo) == ["t"])
            _ = try await ask("reassign owned by \(role) to current_user", conninfo)
            _ = try await ask("drop role \(role)", conninfo)
        }
    }
}
