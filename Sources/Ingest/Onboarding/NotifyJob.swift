import Jobs
import Logging
import Postgres
import Storage

/// Sends the mail about an upload.
struct NotifyJob: JobHandler {
    let kind = UploadStep.notify.rawValue
    let resources: UploadJobResources

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        let uploadID = try job.uploadID()
        let store = try resources.stores.reports()
        try await resources.pool.withConnection { connection in
            let outbox = OutboxDelivery(
                connection: connection, store: store, notifier: resources.notifier, publicURL: resources.publicURL
            ) { [pool = resources.pool] body in try await pool.transaction { try body($0) } }
            try await outbox.deliver(uploadID) { try $0.finish(job) }
        }
        logger.info("upload.notified", metadata: ["channel": "\(resources.notifier.channel)"])
        return .finishedByHandler
    }
}
