import Postgres

/// Tries again what had to wait for a lock: a statement that waits for a lock of a whole table stops everybody who comes after it, so
/// that it waits for half a second at most and lets the others pass before it tries again.
struct LockPatience: Sendable {
    var tries = 5
    var pause = Duration.seconds(2)

    /// - Throws: the last failure, if the lock was never to be had.
    func whenLockIsFree<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
        for _ in 1..<tries {
            do {
                return try await body()
            } catch let error as PostgresError where error.sqlState == "55P03" || error.isDeadlock {
                try await Task.sleep(for: pause)
            }
        }
        return try await body()
    }
}
