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

    private func record(milliseconds: Int) -> Statement {
        isUndo
            ? AppliedMigrationQueries.delete(version: migration.version)
            : AppliedMigrationQueries.insert(migration, duration: milliseconds, isBaseline: false)
    }
}

extension MigrationStep {
    /// Runs the script and makes its record in the session's transaction. A script that needs to be outside of one runs on a
    /// connection of its own, which ends with whatever the script has `set`; the transaction here holds the lock meanwhile.
    ///
    /// - Returns: milliseconds.
    /// - Throws: ``MigrationFailed``.
    func run(_ session: Session, conninfo: String) throws -> Int {
        let start = ContinuousClock.now
        if script.isTransactional {
            try script.runInTransaction(session)
        } else {
            try session.execute(MigrationSessionQueries.allowIdling)
            try session.withCompanion(conninfo, application: "catalog-migrate", script.runStatements)
        }
        let milliseconds = Int(start.duration(to: .now) / .milliseconds(1))
        try session.execute(record(milliseconds: milliseconds))
        return milliseconds
    }
}

extension MigrationScript {
    /// Runs the statements in the session's transaction, which belongs to the role that logged in again at the end.
    ///
    /// - Throws: ``MigrationFailed``.
    func runInTransaction(_ session: Session) throws {
        try runStatements(session)
        do {
            // A deferred constraint would fail at the commit, where nobody knows which file it was.
            try session.execute("set constraints all immediate")
        } catch let error as PostgresError {
            throw failure(error, in: nil)
        }
        try session.execute(MigrationSessionQueries.resetRole)
    }

    /// One by one, so that an error names the line of its file.
    func runStatements(_ session: Session) throws {
        for statement in statements {
            do {
                try session.executeScript(statement.text)
            } catch let error as PostgresError {
                throw failure(error, in: statement)
            }
        }
    }

    private func failure(_ error: PostgresError, in statement: SQLStatement?) -> MigrationFailed {
        MigrationFailed(
            fileName: fileName,
            line: statement.map { statement in error.position.map(statement.line(atCharacter:)) ?? statement.line },
            statement: statement?.excerpt, isRolledBack: isTransactional, cause: error)
    }
}
