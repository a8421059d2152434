import Catalog
import Intake
import Jobs
import Logging
import Postgres

/// Every five minutes: deletes what was only kept for a time. A job of its own: if it fails, repairs go on.
struct ExpiryJob: JobHandler {
    static let kind = "upkeep.expiry"
    var kind: String { Self.kind }
    let resources: UploadJobResources

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        try await resources.pool.transaction { session in
            try session.deleteExpiredReportLinks()
            try session.deleteExpiredPendingUploads()
            try session.deleteExpiredIdempotencyKeys()
            try session.deleteExpiredSignIns()
            try session.deleteOldSignInLinks()
            try session.deleteExpiredIssuerSignIns()
            try session.deleteOldCorrections()
            try session.deleteOldReceivedObjects()
        }
        try await CheckedFiles(resources: resources).deleteExpired(job, logger)
        return .finished
    }
}
