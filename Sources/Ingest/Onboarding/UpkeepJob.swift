import Catalog
import Intake
import Jobs
import Logging
import Postgres

/// Every five minutes: gives up what lost its job, sends what lost its notification.
struct UpkeepJob: JobHandler {
    static let kind = "upkeep"
    var kind: String { Self.kind }
    let pool: Pool

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        let (lost, forgotten) = try await pool.transaction { session in
            // Those from a bucket are mailed, which the second step sees.
            let lost = try session.giveUpOrphanedUploads()
            let forgotten = try session.forgottenNotifications()
            try session.enqueue(forgotten.map { UploadStep.notify.job($0.uploadID, vendorID: $0.vendorID) })
            try session.finish(job)
            return (lost.count, forgotten.count)
        }
        if lost + forgotten > 0 {
            logger.warning(
                "upkeep.repaired",
                metadata: ["uploads": .stringConvertible(lost), "notifications": .stringConvertible(forgotten)])
        }
        return .finishedByHandler
    }
}
