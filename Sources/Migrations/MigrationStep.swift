import Postgres

/// One file to run and the record to make of it.
struct MigrationStep: Sendable, Equatable {
    let migration: Migration
    let script: MigrationScript
    let isUndo: Bool

    static func up(_ migration: Migration) -> MigrationStep {
        MigrationStep(migration: migration, script: migration.up, isUndo: false)
    }

    /// Nil when the migration has no down file.
    static func down(_ migration: Migration) -> MigrationStep? {
        migration.down.map { MigrationStep(migration: migration, script: $0, isUndo: true) }
    }

    /// In the transaction that holds the lock.
    func record(_ session: Session, milliseconds: Int, binary: String?) throws {
        if isUndo {
            try session.execute(AppliedMigrationQueries.delete(version: migration.version))
            // Both ways start anew.
            try session.execute(StatementRecordQueries.forget(version: migration.version, isUndo: false))
        } else {
            try session.execute(
                AppliedMigrationQueries.insert(
                    migration, duration: milliseconds, binary: binary, isBaseline: false))
            try session.execute(StatementRecordQueries.forget(version: migration.version, isUndo: true))
        }
    }
}

extension MigrationScript {
    /// Runs the statements in the session's transaction, which belongs to the role that logged in again at the end.
    ///
    /// - Throws: ``MigrationFailed``.
    func runInTransaction(_ session: Session) throws {
        for statement in statements { try run(statement, session) }
        do {
            // A deferred constraint would fail at the commit, where nobody knows which file it was.
            try session.execute("set constraints all immediate")
        } catch let error as PostgresError {
            throw failure(error, in: nil)
        }
        try session.execute(MigrationSessionQueries.resetRole)
    }

    /// One by one, so that an error names the line of its file.
    func run(_ statement: SQLStatement, _ session: Session) throws {
        do {
            try session.executeScript(statement.text)
        } catch let error as PostgresError {
            throw failure(error, in: statement)
        }
    }

    private func failure(_ error: PostgresError, in statement: SQLStatement?) -> MigrationFailed {
        MigrationFailed(
            fileName: fileName,
            line: statement.map { statement in error.position.map(statement.line(atCharacter:)) ?? statement.line },
            statement: statement?.excerpt, isRolledBack: isTransactional, cause: error)
    }
}
