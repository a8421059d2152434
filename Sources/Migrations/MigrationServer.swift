import Postgres

/// What a migrator has to know of the server before it changes anything.
struct MigrationServer: Sendable {
    /// A pooler such as PgBouncer stands between: sessions are not ours, transactions are.
    let isPooled: Bool
    private let settings: MigratorSettings

    /// - Throws: ``MigrationError/standby``, ``MigrationError/readOnly``.
    init(_ session: Session, settings: MigratorSettings) throws {
        let row = try session.query(MigrationSessionQueries.whereAmI)[0]
        if try row.get("standby") { throw MigrationError.standby }
        if try row.get("read_only") { throw MigrationError.readOnly }
        isPooled = try row.get("pid") != session.backendPID
        self.settings = settings
        try adopt(session)
    }

    /// What a file has `set` for its session, or left there, does not leak into the next one.
    func forget(_ session: Session) throws {
        guard !isPooled else { return }
        try session.execute("discard all")
        try adopt(session)
    }

    private func adopt(_ session: Session) throws {
        // A setting of a pooler's session would be somebody else's.
        guard !isPooled else { return }
        try session.executeScript(
            MigrationSessionQueries.sessionLimits(
                application: "catalog-migrate", lock: settings.lockTimeout, serverVersion: session.serverVersion))
    }
}
