import Catalog
import Intake
import Jobs
import Logging
import Postgres

/// Every five minutes: deletes what was only kept for a time. A job of its own: if it fails, repairs go on.
struct ExpiryJob: JobHandler {
    static let kind = "upkeep.expiry"
    var kind: String { Self.kind }
    let pool: Pool

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        try await pool.transaction { session in
            try session.deleteExpiredReportLinks()
            try session.deleteExpiredPendingUploads()
            try session.deleteExpiredIdempotencyKeys()
            try session.deleteOldReceivedObjects()
            try session.finish(job)
        }
        return .finishedByHandler
    }
}
