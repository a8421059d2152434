import Testing

@testable import Migrations

@Suite("Comparing a database with the files")
struct MigrationPlanTests {
    let files: MigrationSet

    init() throws {
        files = try .make(["select 1", "select 2", "select 3"], undoable: [1, 3])
    }

    @Test("An untouched database has everything pending")
    func untouched() throws {
        let plan = MigrationPlan(applied: [], files: files)
        #expect(plan.pending == files.migrations)
        #expect(plan.problems.isEmpty)
        #expect(plan.currentVersion == 0)
        #expect(try plan.pending(upTo: 2).map(\.version) == [1, 2])
        #expect(throws: SchemaMismatch.behind(pending: 3)) { try plan.requireCurrent() }
    }

    @Test("A current database needs nothing")
    func current() throws {
        let plan = MigrationPlan(applied: files.migrations.reversed().map { .make($0) }, files: files)
        #expect(plan.pending.isEmpty)
        #expect(try plan.requireCurrent() == .current)
    }

    @Test("A database that is ahead is as good as a current one if each newer file works with this binary")
    func compatible() throws {
        let newer = try MigrationSet.make([
            "select 1", "select 2", "select 3", "-- catalog: works-with 0003\nselect 4",
            "-- catalog: works-with 0002\nselect 5",
        ])
        #expect(newer.migrations.map(\.worksWith) == [1, 2, 3, 3, 2])
        let rows = newer.migrations.map { AppliedMigration.make($0) }
        let plan = MigrationPlan(applied: rows, files: files)
        #expect(plan.problems.isEmpty && plan.pending.isEmpty)
        #expect(try plan.requireCurrent() == .ahead(database: 5, binary: 3))
        #expect(throws: SchemaMismatch.ahead(database: 5, binary: 3)) { try plan.undoing(.steps(1), files: files) }
        let older = try MigrationSet.make(["select 1", "select 2"])
        #expect(throws: SchemaMismatch.ahead(database: 5, binary: 2)) {
            try MigrationPlan(applied: rows, files: older).requireCurrent()
        }
    }

    @Test("A changed file, a renamed file and a skipped file are problems; a pending one is none")
    func problems() throws {
        let rows: [AppliedMigration] = [
            .make(files.migrations[0], checksum: "other"), .make(files.migrations[2], name: "old_name"),
        ]
        let plan = MigrationPlan(applied: rows, files: files)
        #expect(
            plan.problems == [
                .changed(rows[0], file: files.migrations[0]), .changed(rows[1], file: files.migrations[2]),
                .outOfOrder(files.migrations[1]),
            ])
        #expect(throws: SchemaMismatch.differs(plan.problems)) { try plan.requireSound() }
        let text = SchemaMismatch.differs(plan.problems).description
        #expect(text.contains("0001_step_1.sql was changed after it was applied"))
        #expect(text.contains("0003_old_name was renamed to 0003_step_3"))
        #expect(text.contains("0002_step_2 was never applied although a later one was"))
    }

    @Test("A database ahead of the binary is refused")
    func ahead() throws {
        let newer = try MigrationSet.make(["select 1", "select 2", "select 3", "select 4"])
        let plan = MigrationPlan(applied: newer.migrations.map { .make($0) }, files: files)
        #expect(plan.problems == [.unknown(.make(newer.migrations[3]))])
        #expect(throws: SchemaMismatch.ahead(database: 4, binary: 3)) { try plan.requireCurrent() }
    }

    @Test("The texts say what to type")
    func texts() {
        #expect(
            SchemaMismatch.behind(pending: 2).description
                == "database is behind: 2 migrations pending; run: catalog migrate up")
        #expect(
            SchemaMismatch.behind(pending: 1).description
                == "database is behind: 1 migration pending; run: catalog migrate up")
        #expect(
            SchemaMismatch.ahead(database: 12, binary: 10).description
                == "database is ahead of this binary (0012 > 0010): install a newer catalog")
    }

    @Test("Undoing goes from the newest to the oldest and wants every down file")
    func undoing() throws {
        let plan = MigrationPlan(applied: files.migrations.map { .make($0) }, files: files)
        #expect(try plan.undoing(.steps(1), files: files).map(\.version) == [3])
        #expect(try plan.undoing(.steps(0), files: files).isEmpty)
        #expect(try plan.undoing(.to(version: 2), files: files).map(\.version) == [3])
        #expect(throws: MigrationError.irreversible(files.migrations[1])) {
            try plan.undoing(.to(version: 0), files: files)
        }
        #expect(throws: MigrationError.unknownVersion(4, newest: 3)) {
            try plan.undoing(.to(version: 4), files: files)
        }
    }

    @Test("An unknown target version is refused", arguments: [-1, 0, 4])
    func unknownTarget(version: Int) {
        let plan = MigrationPlan(applied: [], files: files)
        #expect(throws: MigrationError.unknownVersion(version, newest: 3)) { try plan.pending(upTo: version) }
    }

    @Test("Patience ends after its time, and after its attempts")
    func patience() throws {
        var settings = MigratorSettings()
        settings.patience = .seconds(10)
        settings.pollInterval = .seconds(2)
        settings.shortestPause = .seconds(5)
        settings.longestPause = .seconds(8)
        settings.lockPatience = .seconds(60)
        var patience = Patience(settings)
        #expect(!patience.isWaiting)
        #expect(try patience.delayForAnotherMigrator(waited: .seconds(9), jitter: 0.5) == .seconds(1))
        #expect(patience.isWaiting)
        #expect(throws: MigrationError.lockedOut(seconds: 10)) {
            try patience.delayForAnotherMigrator(waited: .seconds(10), jitter: 1)
        }
        let pauses = [0, 6, 15].map { patience.delayAfterLockTimeout(waited: .seconds($0), jitter: 1)?.delay }
        #expect(pauses == [.seconds(5), .seconds(8), .seconds(8)])
        #expect(patience.delayAfterLockTimeout(waited: .seconds(1), jitter: 1.5)?.attempt == 4)
        #expect(patience.delayAfterLockTimeout(waited: .seconds(60), jitter: 1) == nil)
    }
}
