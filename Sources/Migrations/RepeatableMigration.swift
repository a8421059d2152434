import Postgres

/// `R_<name>.sql`: views and functions that are written down whole and run again whenever the file has changed, after the numbered
/// files, in order of their names.
package struct RepeatableMigration: Sendable, Equatable {
    /// `R_product_views`: the file name without its ending.
    package let name: String
    let script: MigrationScript
    let checksums: MigrationChecksums

    /// - Throws: ``MigrationFileError/needsTransaction(file:)``.
    init(_ script: MigrationScript) throws {
        guard script.isTransactional else { throw MigrationFileError.needsTransaction(file: script.fileName) }
        name = String(script.fileName.dropLast(".sql".count))
        self.script = script
        checksums = script.checksums
    }
}

/// A row of `migrations.repeatables`.
package struct AppliedRepeatable: Sendable, Equatable {
    package let name: String
    package let checksum: String
    package let appliedAt: String
    package let appliedBy: String
    package let appliedWith: String?
    /// Milliseconds.
    package let duration: Int

    static func all(_ session: Session) throws -> [AppliedRepeatable] {
        guard try session.query(RepeatableQueries.tableExists)[0].get("exists") else { return [] }
        return try session.query(RepeatableQueries.all).map(AppliedRepeatable.init)
    }

    private init(_ row: Row) throws {
        name = try row.get("name")
        checksum = try row.get("checksum")
        appliedAt = try row.get("applied_at")
        appliedBy = try row.get("applied_by")
        appliedWith = try row.get("applied_with")
        duration = try row.get("duration_ms")
    }
}

enum RepeatableQueries {
    static let tableExists: Statement = "select to_regclass('migrations.repeatables') is not null as exists"

    static let all: Statement = """
        select name, checksum, \(.timestamp("applied_at")) as applied_at, applied_by, duration_ms, applied_with
        from migrations.repeatables
        order by name
        """

    static func record(_ file: RepeatableMigration, milliseconds: Int, binary: String?) -> Statement {
        """
        insert into migrations.repeatables (name, checksum, duration_ms, applied_with)
        values (\(file.name)::text, \(file.checksums.recorded)::text, \(milliseconds)::integer, \(binary)::text)
        on conflict (name) do update
        set checksum = excluded.checksum, applied_at = clock_timestamp(), applied_by = session_user, duration_ms = excluded.duration_ms,
            applied_with = excluded.applied_with
        """
    }
}

extension Migrator {
    /// Those files whose text is not the one that ran last. A database that is ahead has those of a newer binary, which are left alone.
    func runRepeatables(_ connection: Connection, _ server: MigrationServer) async throws {
        while let done = try await runNextRepeatable(connection, isPooled: server.isPooled) {
            report(.finished(file: done.fileName, milliseconds: done.milliseconds))
            try await connection.run { try server.forget($0) }
        }
    }

    /// Which of them ran in the past, and which have not, or not as they are.
    package func repeatables() async throws -> (applied: [AppliedRepeatable], pending: [RepeatableMigration]) {
        try await withConnection { [files] connection in
            try await connection.run { (try AppliedRepeatable.all($0), try Self.pendingRepeatables($0, files)) }
        }
    }

    private func runNextRepeatable(
        _ connection: Connection, isPooled: Bool
    ) async throws -> (fileName: String, milliseconds: Int)? {
        try await lock.transaction(connection) { [files, binary] session in
            guard try Self.plan(session, files).currentVersion == files.newestVersion else { return nil }
            guard let file = try Self.pendingRepeatables(session, files).first else { return nil }
            report(.running(file: file.script.fileName))
            let start = ContinuousClock.now
            try file.script.runInTransaction(session)
            if isPooled { try session.executeScript(MigrationSessionQueries.forget) }
            let milliseconds = Int(start.duration(to: .now) / .milliseconds(1))
            try session.execute(RepeatableQueries.record(file, milliseconds: milliseconds, binary: binary))
            return (file.script.fileName, milliseconds)
        }
    }

    static func pendingRepeatables(_ session: Session, _ files: MigrationSet) throws -> [RepeatableMigration] {
        let applied = Dictionary(
            uniqueKeysWithValues: try AppliedRepeatable.all(session).map { ($0.name, $0.checksum) })
        return files.repeatables.filter { file in
            applied[file.name].map { !file.checksums.matches($0) } ?? true
        }
    }
}
