package import Postgres
import Threads

/// Brings a database to the version of the files, and back.
///
/// Each file runs in one transaction together with the lock and its record, so that a failed one leaves no trace; a file marked
/// `-- catalog: no-transaction` runs statement by statement while another connection holds the lock. Any number of migrators may
/// run at once. The owner of the database may migrate; no superuser is needed.
package struct Migrator: Sendable {
    /// How far `down` goes.
    package enum Undo: Sendable, Equatable {
        /// The newest migrations, so many of them.
        case steps(Int)
        /// Every migration newer than this version; 0 undoes all.
        case to(version: Int)
    }

    typealias Selection = @Sendable (MigrationPlan) throws -> [MigrationStep]

    /// The migrations that the database should have.
    package let files: MigrationSet
    let conninfo: String
    let binary: String?
    let lock: MigrationLock
    let report: @Sendable (MigrationEvent) -> Void

    /// - Parameters:
    ///   - conninfo: libpq URI or `key=value` text; a connection is opened for each call and closed after it.
    ///   - binary: the version that the records name.
    ///   - report: told of every step while it happens.
    package init(
        conninfo: String, files: MigrationSet, binary: String? = nil, settings: MigratorSettings = MigratorSettings(),
        report: @escaping @Sendable (MigrationEvent) -> Void = { _ in }
    ) {
        self.conninfo = conninfo
        self.files = files
        self.binary = binary
        self.report = report
        lock = MigrationLock(settings: settings, report: report)
    }

    /// Applies the pending files, oldest first, and gives back roles, owners, grants and policies that are not as the files make them.
    ///
    /// - Parameters:
    ///   - target: the last version to apply; nil means all.
    ///   - dryRun: runs the files in one transaction and rolls it back; where one of them needs to run outside a transaction they are
    ///     only listed.
    /// - Returns: the migrations applied, or with `dryRun` those that would be.
    /// - Throws: ``MigrationFailed``, ``SchemaMismatch``, ``MigrationError``, or a connection's `PostgresError`. Files before the one
    ///   that failed stay applied.
    @discardableResult
    package func up(to target: Int? = nil, dryRun: Bool = false) async throws -> [Migration] {
        // The plan is made anew for each file; they are looked at once.
        let isLookedAt = Locked(false)
        return try await run(dryRun: dryRun) { [files] plan in
            try plan.requireSound()
            let pending = try plan.pending(upTo: target)
            guard !isLookedAt.withLock({ $0 }) else { return pending.map(MigrationStep.up) }
            let dangers = MigrationLint.findings(pending).filter { finding in
                finding.isError && pending.contains { $0.up.fileName == finding.file && $0.version >= files.lintsFrom }
            }
            guard dangers.isEmpty else { throw MigrationError.dangerous(dangers) }
            isLookedAt.withLock { $0 = true }
            return pending.map(MigrationStep.up)
        }
    }

    /// Undoes applied migrations by their down files, newest first.
    ///
    /// - Returns: the migrations undone, or with `dryRun` those that would be.
    /// - Throws: as ``up(to:dryRun:)``; nothing is undone when one of them has no down file.
    @discardableResult
    package func down(_ extent: Undo = .steps(1), dryRun: Bool = false) async throws -> [Migration] {
        let doomed = try await status().undoing(extent, files: files)
        guard let oldest = doomed.last else { return [] }
        // A fixed version instead of a number of steps: another migrator may undo some of them first.
        return try await run(dryRun: dryRun) { [files] plan in
            try plan.undoing(.to(version: oldest.version - 1), files: files).compactMap(MigrationStep.down)
        }
    }

    /// Compares the database with the files; changes nothing.
    package func status() async throws -> MigrationPlan {
        try await withConnection { [files] connection in
            try await connection.run { try Self.plan($0, files) }
        }
    }

    /// What is wrong between the database and the files: changed, renamed, missing or skipped ones. Pending files are not a problem.
    package func verify() async throws -> [MigrationPlan.Problem] {
        try await status().problems
    }

    /// Records all migrations up to a version as applied without running them, for a database whose schema was made another way.
    ///
    /// - Throws: ``MigrationError/alreadyMigrated(version:)``, ``MigrationError/unknownVersion(_:newest:)``.
    @discardableResult
    package func baseline(_ version: Int) async throws -> [Migration] {
        try await changing { connection, server in
            try await prepare(connection, server)
            return try await lock.transaction(connection) { [files, binary] session in
                let plan = try Self.plan(session, files)
                guard plan.applied.isEmpty else {
                    throw MigrationError.alreadyMigrated(version: plan.currentVersion)
                }
                let migrations = try plan.pending(upTo: version)
                for migration in migrations {
                    try session.execute(
                        AppliedMigrationQueries.insert(migration, duration: 0, binary: binary, isBaseline: true))
                }
                return migrations
            }
        }
    }

    /// Refuses a database that this binary does not work with; cheap enough for every start of the service.
    ///
    /// - Returns: whether it is exactly what the binary was made for, or newer and compatible.
    /// - Throws: ``SchemaMismatch``, whose text says what to type.
    @discardableResult
    package static func requireCurrent(_ session: Session, files: MigrationSet) throws -> SchemaStanding {
        try plan(session, files).requireCurrent()
    }

    static func plan(_ session: Session, _ files: MigrationSet) throws -> MigrationPlan {
        guard try MigrationRecords.exist(session) else { return MigrationPlan(applied: [], files: files) }
        return MigrationPlan(
            applied: try session.query(AppliedMigrationQueries.all).map(AppliedMigration.init), files: files)
    }

    /// With a connection to a server that takes changes.
    func changing<R: Sendable>(_ body: (Connection, MigrationServer) async throws -> R) async throws -> R {
        try await withConnection { [lock] connection in
            let server = try await connection.run { try MigrationServer($0, settings: lock.settings) }
            return try await body(connection, server)
        }
    }

    func withConnection<R: Sendable>(_ body: (Connection) async throws -> R) async throws -> R {
        try await Connection.open(conninfo, application: "catalog-migrate").closing(after: body)
    }
}

extension AppliedMigration {
    fileprivate init(_ row: Row) throws {
        version = try row.get("version")
        name = try row.get("name")
        checksum = try row.get("checksum")
        appliedAt = try row.get("applied_at")
        appliedBy = try row.get("applied_by")
        appliedWith = try row.get("applied_with")
        duration = try row.get("duration_ms")
        isBaseline = try row.get("baseline")
        worksWith = try row.get("works_with")
    }
}
