import Catalog
import Foundation
import Jobs
import Logging
import Postgres
import Storage
import Tabular

/// The three steps of an upload from a bucket, one job each: onboard → report (if there are errors) → notify.
///
/// Each step commits its result, its end and its successor in one transaction, so that a crash before it repeats the step
/// and a crash after it does not.
enum UploadStep: String {
    case onboard, report, notify

    /// One live job per upload and step; uploads of one vendor run one after another.
    func job(_ uploadID: String, vendorID: String) -> NewJob {
        NewJob(
            queue: "\(rawValue)", kind: rawValue, payload: Self.payload(uploadID, vendorID),
            serialKey: self == .onboard ? "vendor:\(vendorID)" : nil, uniqueKey: uniqueKey(uploadID))
    }

    func uniqueKey(_ uploadID: String) -> String { "\(rawValue):\(uploadID)" }

    private static func payload(_ uploadID: String, _ vendorID: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Strings always encode.
        return String(
            decoding: try! encoder.encode(UploadPayload(upload_id: uploadID, vendor_id: vendorID)), as: UTF8.self)
    }
}

/// As it stands in `jobs.jobs`, for people too.
private struct UploadPayload: Codable {
    var upload_id: String
    var vendor_id: String
}

extension Job {
    /// - Throws: `JobError.permanent`: such a job was not made by us.
    func uploadID() throws -> String { try upload().upload_id }

    fileprivate func upload() throws -> UploadPayload {
        do {
            return try JSONDecoder().decode(UploadPayload.self, from: Data(payload.utf8))
        } catch {
            throw JobError.permanent(reason: "the payload lacks upload_id or vendor_id")
        }
    }

    /// A logger that names the upload on every line.
    func about(_ logger: Logger) throws -> Logger {
        let upload = try upload()
        var logger = logger
        logger[metadataKey: "upload_id"] = "\(upload.upload_id)"
        logger[metadataKey: "vendor_id"] = "\(upload.vendor_id)"
        return logger
    }
}

/// Lends a connection of its own to each running job.
package struct UploadJobResources: Sendable {
    let pool: Pool
    let stores: any ObjectStores
    let notifier: any Notifier
    let limits: FileLimits
    let publicURL: String?

    /// - Parameters:
    ///   - pool: at least as many connections as jobs run at once.
    ///   - stores: gives the store of each bucket.
    ///   - publicURL: as `ReportLinks` takes it.
    package init(
        pool: Pool, stores: any ObjectStores, notifier: any Notifier, limits: FileLimits, publicURL: String? = nil
    ) {
        self.pool = pool
        self.stores = stores
        self.notifier = notifier
        self.limits = limits
        self.publicURL = publicURL
    }

    /// All handlers of uploads.
    package var handlers: [any JobHandler] {
        [OnboardJob(resources: self), ReportJob(resources: self), NotifyJob(resources: self), UpkeepJob(pool: pool)]
    }
}

/// Makes rows of an object: fetches it into a spool, then runs the pipeline.
struct OnboardJob: JobHandler {
    let kind = UploadStep.onboard.rawValue
    let resources: UploadJobResources

    static func job(_ upload: Upload) -> NewJob { UploadStep.onboard.job(upload.uploadID, vendorID: upload.vendorID) }

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        let uploadID = try job.uploadID()
        guard let upload = try await begin(uploadID) else { return .finished }
        let logger = try job.about(logger)
        logger.info("upload.started", metadata: ["key": "\(upload.objectKey)"])
        let commit: @Sendable (Session, UploadEnd) throws -> Void = { session, end in
            // The load may be large: its worker looks for the next step by itself.
            try session.muteJobNotifications()
            let next = end.counts.hasFindings ? UploadStep.report : .notify
            try session.enqueue(next.job(uploadID, vendorID: upload.vendorID))
            try session.finish(job)
        }
        let end = try await resources.pool.withConnection { connection in
            let pipeline = OnboardingPipeline(
                connection: connection, store: try resources.stores.reports(), limits: resources.limits)
            do {
                let file = try await fetch(upload)
                let announcer = ProgressAnnouncer(uploadID, resources.pool)
                let progress: @Sendable (OnboardingProgress) -> Void = {
                    job.progress.report()
                    announcer.report($0)
                }
                return try await pipeline.process(upload, from: file, progress: progress, commit: commit).end
            } catch let failure as UploadFailure {
                return try await pipeline.fail(upload, failure, commit).end
            }
        }
        logger.info("upload.finished", metadata: end.metadata)
        // Not in the transaction of the load: NOTIFY takes a lock of the whole cluster at its commit.
        await resources.pool.announce(uploadID, logger)
        return .finishedByHandler
    }

    /// - Returns: nil if the upload has ended: this is a late repetition.
    private func begin(_ uploadID: String) async throws -> Upload? {
        try await resources.pool.transaction { session in
            try session.ensureErrorPartitions()
            guard let upload = try session.startUpload(uploadID) else { return nil }
            try session.addEvent(uploadID, .started(mode: upload.mode, policy: upload.policy))
            try session.announceChange(of: uploadID)
            return upload
        }
    }

    /// Reads the object once, before any transaction begins: a slow store holds back no vacuum.
    private func fetch(_ upload: Upload) async throws -> SpooledObject {
        let limit = resources.limits.maximumFileBytes
        if let size = upload.byteCount, size > limit { throw UploadFailure(FileFailure.tooLarge(limit: limit)) }
        let store = try resources.stores.store(bucket: upload.bucket ?? "")
        do {
            let file = try await SpooledObject.fetch(
                upload.objectKey, version: upload.objectVersion, etag: upload.etag, from: store, limit: limit)
            try await verify(file, upload)
            return file
        } catch is ObjectTooLarge {
            throw UploadFailure(FileFailure.tooLarge(limit: limit))
        } catch let error as ObjectStoreError where error.isGone {
            throw UploadFailure.objectIsGone
        }
    }

    /// Not every store compares what was announced with what came by its link.
    private func verify(_ file: SpooledObject, _ upload: Upload) async throws {
        guard let announced = upload.announcedSHA256, case let actual = try await file.sha256(), actual != announced
        else { return }
        throw UploadFailure.digestDiffers(announced: announced, actual: actual)
    }

    func giveUp(_ job: Job, _ session: Session, error: String) throws {
        let uploadID = try job.uploadID()
        guard let upload = try session.startUpload(uploadID) else { return }
        let failure = UploadFailure.couldNotBeProcessed
        _ = try session.finishUpload(uploadID, UploadEnd(failure: failure))
        try session.addEvent(uploadID, .failed(failure))
        try session.addNotification(uploadID, recipient: try session.vendor(upload.vendorID)?.email)
        try session.enqueue(UploadStep.notify.job(uploadID, vendorID: upload.vendorID))
    }
}

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
                try session.enqueue(UploadStep.notify.job(uploadID, vendorID: upload.vendorID))
                try session.announceChange(of: uploadID)
                try session.finish(job)
            }
        }
        guard let keys else {
            // Nothing to report after all: the mail goes out without a link.
            try await resources.pool.transaction { session in
                try session.enqueue(UploadStep.notify.job(uploadID, vendorID: try job.upload().vendor_id))
                try session.finish(job)
            }
            return .finishedByHandler
        }
        try job.about(logger).info("upload.report.written", metadata: ["key": "\(keys.errors)"])
        return .finishedByHandler
    }

    /// The vendor hears how the upload ended all the same. The dead job is the operator's: it shows in `jobs status`, in the metrics and
    /// as `job.dead` in the log, and makes the report when it is tried again.
    func giveUp(_ job: Job, _ session: Session, error: String) throws {
        let upload = try job.upload()
        try session.addEvent(upload.upload_id, .reportGivenUp)
        try session.enqueue(UploadStep.notify.job(upload.upload_id, vendorID: upload.vendor_id))
    }
}

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
        try job.about(logger).info("upload.notified", metadata: ["channel": "\(resources.notifier.channel)"])
        return .finishedByHandler
    }
}

/// Every five minutes: gives up what lost its job, sends what lost its notification, makes partitions ahead of time.
struct UpkeepJob: JobHandler {
    let kind = "upkeep"
    let pool: Pool

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        let (lost, forgotten) = try await pool.transaction { session in
            try session.ensureErrorPartitions()
            try session.deleteExpiredReportLinks()
            try session.deleteExpiredSlots()
            try session.deleteExpiredIdempotencyKeys()
            try session.deleteOldReceivedObjects()
            // Those from a bucket are mailed, which the second step sees.
            let lost = try session.giveUpOrphanedUploads()
            let forgotten = try session.forgottenNotifications()
            try session.enqueue(forgotten.map { UploadStep.notify.job($0.uploadID, vendorID: $0.vendorID) })
            try session.finish(job)
            return (lost.count, forgotten.count)
        }
        if lost + forgotten > 0 {
            logger.warning("upkeep.repaired", metadata: ["uploads": "\(lost)", "notifications": "\(forgotten)"])
        }
        return .finishedByHandler
    }
}

extension UploadJobResources {
    /// What workers enqueue by themselves.
    package static let periodic = [
        PeriodicJob(NewJob(queue: UploadStep.notify.rawValue, kind: "upkeep", priority: 4), everySeconds: 300)
    ]
}

extension Session {
    /// Ends an upload from a bucket that has not ended; its worker can commit nothing any more.
    /// - Parameter subject: who wants it, for the timeline.
    /// - Returns: false if there is none such.
    package func cancelUploadAndJob(_ uploadID: String, by subject: String) throws -> Bool {
        guard try cancelUpload(uploadID, by: subject) else { return false }
        try cancelJob(uniqueKey: UploadStep.onboard.uniqueKey(uploadID))
        try announceChange(of: uploadID)
        return true
    }

    /// Lets a worker take a failed upload from a bucket again.
    /// - Parameter subject: who wants it, for the timeline.
    /// - Returns: false if there is none such.
    package func retryUpload(_ uploadID: String, by subject: String) throws -> Bool {
        guard let vendorID = try requeueUpload(uploadID, by: subject) else { return false }
        try enqueue(UploadStep.onboard.job(uploadID, vendorID: vendorID))
        try announceChange(of: uploadID)
        return true
    }
}

extension UploadEnd {
    fileprivate var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = [
            "status": "\(status.rawValue)", "rows": "\(counts.total)", "rejected": "\(counts.error)",
        ]
        if let failure { metadata["failure_type"] = "\(failure.type.rawValue)" }
        return metadata
    }
}
