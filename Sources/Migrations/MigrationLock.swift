import Postgres

/// The lock that lets one migrator work at a time, per database.
///
/// It belongs to a transaction, because a session's lock would outlive its user behind PgBouncer; and it is polled, because a
/// waiting statement would keep a snapshot that `create index concurrently` of the other migrator waits for.
struct MigrationLock: Sendable {
    let settings: MigratorSettings
    let report: @Sendable (MigrationEvent) -> Void

    private enum Attempt<R: Sendable>: Sendable {
        case done(R)
        case busy
        case lockTimeout(MigrationFailed)
    }

    /// Runs `body` in one transaction under the lock, as often as it takes to get its table locks too.
    ///
    /// - Throws: what `body` throws, ``MigrationError/lockedOut(seconds:)``, and the last ``MigrationFailed`` when all attempts timed out.
    func transaction<R: Sendable>(
        _ connection: Connection, _ body: @escaping @Sendable (Session) throws -> R
    ) async throws -> R {
        let start = ContinuousClock.now
        var patience = Patience(settings)
        while true {
            let attempt = try await attempt(connection, body)
            if case .done(let result) = attempt { return result }
            try await Task.sleep(for: try delay(after: attempt, since: start, &patience))
        }
    }

    private func attempt<R: Sendable>(
        _ connection: Connection, _ body: @escaping @Sendable (Session) throws -> R
    ) async throws -> Attempt<R> {
        do {
            return try await connection.transaction { session in
                try limit(session)
                guard try Self.tryLock(session) else { return .busy }
                return .done(try body(session))
            }
        } catch let failure as MigrationFailed where failure.isRolledBack && failure.isLockTimeout {
            return .lockTimeout(failure)
        }
    }

    /// For the rest of the transaction.
    func limit(_ session: Session) throws {
        try session.executeScript(
            MigrationSessionQueries.limits(lock: settings.lockTimeout, serverVersion: session.serverVersion))
    }

    private static func tryLock(_ session: Session) throws -> Bool {
        try session.query(MigrationSessionQueries.tryLock)[0].get("locked")
    }

    private func delay<R>(
        after attempt: Attempt<R>, since start: ContinuousClock.Instant, _ patience: inout Patience
    ) throws -> Duration {
        let waited = start.duration(to: .now)
        guard case .lockTimeout(let failure) = attempt else {
            if !patience.isWaiting { report(.waitingForAnotherMigrator) }
            return try patience.delayForAnotherMigrator(waited: waited, jitter: .random(in: 0.5...1.5))
        }
        let retry = patience.delayAfterLockTimeout(waited: waited, jitter: .random(in: 1...1.5))
        guard let retry else { throw failure }
        report(.retrying(file: failure.fileName, attempt: retry.attempt, pause: retry.delay))
        return retry.delay
    }
}
