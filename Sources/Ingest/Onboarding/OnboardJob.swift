import Catalog
import Jobs
import Logging
import Postgres
import Storage
import Tabular

/// Makes rows of an object: fetches it into a spool, then runs the pipeline.
struct OnboardJob: JobHandler {
    let kind = UploadStep.onboard.rawValue
    let resources: UploadJobResources

    static func job(_ upload: Upload) -> NewJob { UploadStep.onboard.job(upload.uploadID, vendorID: upload.vendorID) }

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        let begin = ContinuousClock.now
        let uploadID = try job.uploadID()
        guard let upload = try await self.begin(uploadID) else { return .finished }
        logger.info("upload.started", metadata: ["key": "\(upload.objectKey)"])
        let commit: @Sendable (Session, UploadEnd) throws -> Void = { session, end in
            let next = end.counts.hasFindings ? UploadStep.report : .notify
            // This worker looks for the next step by itself.
            try session.enqueueLater(next.job(uploadID, vendorID: upload.vendorID), wakes: false)
            try session.finish(job)
            resources.announce(uploadID, session)
        }
        let result = try await resources.pool.withConnection { connection in
            let pipeline = OnboardingPipeline(
                connection: connection, store: try resources.stores.reports(), limits: resources.limits)
            do {
                let file = try await fetch(upload)
                let announcer = ProgressAnnouncer(uploadID, resources)
                let progress: @Sendable (OnboardingProgress) -> Void = {
                    job.progress.report()
                    announcer.report($0)
                }
                return try await pipeline.process(upload, from: file, progress: progress, commit: commit)
            } catch let failure as UploadFailure {
                return try await pipeline.fail(upload, failure, commit)
            }
        }
        let duration = ContinuousClock.now - begin
        UploadMetrics.count(result, after: duration)
        logger.info("upload.finished", metadata: result.end.metadata(after: duration))
        return .finishedByHandler
    }

    /// - Returns: nil if the upload has ended: this is a late repetition.
    private func begin(_ uploadID: String) async throws -> Upload? {
        try await resources.pool.run { session in
            guard let upload = try session.startUpload(uploadID, tells: true) else { return nil }
            resources.announce(uploadID, session)
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
        if try session.finishUpload(uploadID, UploadEnd(failure: failure)) { UploadMetrics.countGivenUp(upload) }
        try session.addEvent(uploadID, .failed(failure))
        try session.addNotification(uploadID, recipient: try session.vendor(upload.vendorID)?.email)
        try session.enqueueLater(UploadStep.notify.job(uploadID, vendorID: upload.vendorID))
    }
}

extension UploadEnd {
    fileprivate func metadata(after duration: Duration) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "status": "\(status.rawValue)", "rows": .stringConvertible(counts.total),
            "rejected": .stringConvertible(counts.error), "seconds": .stringConvertible(duration.seconds),
        ]
        if let file { metadata["bytes"] = .stringConvertible(file.byteCount) }
        if let failure { metadata["failure_type"] = "\(failure.type.rawValue)" }
        return metadata
    }
}
