import Catalog
import Jobs
import Logging
import Postgres
import Storage

/// Writes the error report and the rejected rows into the bucket of reports.
struct ReportJob: JobHandler {
    let kind = UploadStep.report.rawValue
    let resources: UploadJobResources

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        let uploadID = try job.uploadID()
        let writer = ReportWriter(store: try resources.stores.reports())
        let keys = try await resources.pool.withConnection { connection -> (errors: String, rejected: String?)? in
            guard let upload = try await connection.run({ try $0.upload(uploadID) }) else { return nil }
            let wasGivenUp = try await connection.run { try $0.isReportGivenUp(uploadID) }
            return try await writer.write(uploadID, vendorID: upload.vendorID, connection) { session in
                // Whoever was told that there is no report yet gets its link after all.
                if wasGivenUp { try session.reopenNotification(uploadID) }
                try session.enqueueLater(UploadStep.notify.job(uploadID, vendorID: upload.vendorID))
                resources.announce(uploadID, session)
                try session.finish(job)
            }
        }
        guard let keys else {
            // Nothing to report after all: the mail goes out without a link.
            try await resources.pool.transaction { session in
                try session.enqueueLater(UploadStep.notify.job(uploadID, vendorID: try job.upload().vendor_id))
                try session.finish(job)
            }
            return .finishedByHandler
        }
        logger.info("upload.report.written", metadata: ["key": "\(keys.errors)"])
        return .finishedByHandler
    }

    /// The vendor hears how the upload ended all the same. The dead job is the operator's: it shows in `jobs status`, in the metrics and
    /// as `job.dead` in the log, and makes the report when it is tried again.
    func giveUp(_ job: Job, _ session: Session, error: String) throws {
        let upload = try job.upload()
        try session.addEvent(upload.upload_id, .reportGivenUp)
        try session.enqueueLater(UploadStep.notify.job(upload.upload_id, vendorID: upload.vendor_id))
    }
}
