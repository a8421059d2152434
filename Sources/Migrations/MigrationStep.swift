import Postgres

/// One file to run and the record to make of it.
struct MigrationStep: Sendable, Equatable {
    let migration: Migration
    let script: MigrationScript
    private let isUndo: Bool

    static func up(_ migration: Migration) -> MigrationStep {
        MigrationStep(migration: migration, script: migration.up, isUndo: false)
    }

    /// Nil when the migration has no down file.
    static func down(_ migration: Migration) -> MigrationStep? {
        migration.down.map { MigrationStep(migration: migration, script: $0, isUndo: true) }
    }

    func record(milliseconds: Int) -> Statement {
        isUndo
            ? AppliedMigrationQueries.delete(version: migration.version)
            : AppliedMigrationQueries.insert(migration, duration: milliseconds, isBaseline: false)
    }
}

extension MigrationStep {
    /// Runs the statements one by one, so that an error names the line of its file. The record is not made here.
    ///
    /// - Throws: ``MigrationFailed``.
    func runScript(_ session: Session) throws {
        for statement in script.statements {
            do {
                try session.executeScript(statement.text)
            } catch let error as PostgresError {
                throw failure(error, in: statement)
            }
        }
    }

    /// Runs script and record in the session's transaction, and leaves its role as it was.
    ///
    /// - Returns: milliseconds.
    func runInTransaction(_ session: Session) throws -> Int {
        let start = ContinuousClock.now
        try runScript(session)
        do {
            // A deferred constraint would fail at the commit, where nobody knows which file it was.
            try session.execute("set constraints all immediate")
        } catch let error as PostgresError {
            throw failure(error, in: nil)
        }
        try session.execute(MigrationSessionQueries.resetRole)
        let duration = start.millisecondsSince
        try session.execute(record(milliseconds: duration))
        return duration
    }

    private func failure(_ error: PostgresError, in statement: SQLStatement?) -> MigrationFailed {
        MigrationFailed(
            fileName: script.fileName,
            line: statement.map { statement in error.position.map(statement.line(atCharacter:)) ?? statement.line },
            statement: statement?.excerpt, isRolledBack: script.isTransactional, cause: error)
    }
}

extension ContinuousClock.Instant {
    var millisecondsSince: Int { Int(duration(to: .now) / .milliseconds(1)) }
}
