package import Jobs
package import Logging
package import Postgres

/// Forgets object versions whose time is over.
package struct ArrivalsJob: JobHandler {
    package static let periodic = PeriodicJob(
        NewJob(queue: "upkeep", kind: "arrivals", priority: 4, maxAttempts: 3, serialKey: "arrivals"), everySeconds: 300
    )

    package let kind = Self.periodic.job.kind
    private let pool: Pool
    private let days: [String: Int]
    /// In a transaction, so that none is long.
    private let batch: Int

    /// - Parameter days: for which each pipeline remembers arrivals; those not named keep what the database says.
    package init(pool: Pool, days: [String: Int], batch: Int = 10_000) {
        self.pool = pool
        self.days = days
        self.batch = batch
    }

    package func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        try await pool.run { try $0.setArrivalLifetimes(days) }
        while try await pool.run({ try $0.forgetArrivals(limit: batch) }) == batch { job.progress.report() }
        return .finished
    }
}
