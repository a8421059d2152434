import Postgres

/// The statements that move an upload from its beginning to its end.
extension Upload {
    static func begin(_ upload: Upload) -> Statement {
        """
        insert into catalog.upload_history
            (upload_id, vendor_id, file_name, status, mode, policy, empty_cells, missing_products, dry_run, started_at,
             bucket, object_key, encoding)
        values (\(upload.uploadID)::text, \(upload.vendorID)::text, \(upload.fileName)::text, 'processing',
            \(upload.mode.rawValue)::text, \(upload.policy.rawValue)::text, \(upload.emptyCells.rawValue)::text,
            \(upload.missingProducts.rawValue)::text, \(upload.isDryRun)::boolean, clock_timestamp(),
            \(upload.bucket)::text, \(upload.objectKey)::text, \(upload.encoding)::text)
        """
    }

    /// Records an upload whose turn comes later.
    static func queue(_ upload: Upload) -> Statement {
        """
        insert into catalog.upload_history
            (upload_id, vendor_id, file_name, status, mode, policy, empty_cells, missing_products, bucket, object_key,
             object_version, file_size_bytes, dry_run, encoding, announced_sha256)
        values (\(upload.uploadID)::text, \(upload.vendorID)::text, \(upload.fileName)::text, 'queued',
            \(upload.mode.rawValue)::text, \(upload.policy.rawValue)::text, \(upload.emptyCells.rawValue)::text,
            \(upload.missingProducts.rawValue)::text, \(upload.bucket)::text,
            \(upload.objectKey)::text, \(upload.objectVersion)::text, \(upload.byteCount)::bigint, \(upload.isDryRun)::boolean,
            \(upload.encoding)::text, \(upload.announcedSHA256)::text)
        """
    }

    /// Begins a queued upload, or begins it anew after its worker died or it was given up.
    static func start(_ uploadID: String) -> Statement {
        """
        update catalog.upload_history
        set status = 'processing', started_at = clock_timestamp(), completed_at = null, failure_type = null,
            failure_message = null
        where upload_id = \(uploadID)::text
          and (status in ('queued', 'processing') or (status = 'failed' and failure_type = 'INTERRUPTED'))
        returning vendor_id, file_name, mode, policy, empty_cells, missing_products, bucket, object_key, object_version,
            file_size_bytes, dry_run, encoding, announced_sha256,
            (select e.etag from intake.object_events e
                where e.upload_id = upload_history.upload_id and e.received_at >= upload_history.upload_timestamp) as etag
        """
    }

    /// Marks the upload as alive while the transaction lasts: see `giveUpOrphans`.
    static func hold(_ uploadID: String) -> Statement {
        "select pg_advisory_xact_lock(hashtextextended('catalog.upload ' || \(uploadID)::text, 0))"
    }

    /// An upload at work is held by its transaction. One that nobody holds lost its process: nothing of it was loaded.
    /// The grace covers the moment between the commit of `begin` and `hold`; a process that sleeps longer than that
    /// cannot finish any more, because `finish` wants the status it left behind. An upload from a bucket belongs to its
    /// job, which another worker takes over: it is given up only when no job is left. An announced one may wait for its bytes.
    static let giveUpOrphans: Statement = """
        update catalog.upload_history u
        set status = 'failed', completed_at = clock_timestamp(), total_records = 0, valid_records = 0, error_records = 0,
            failure_type = 'INTERRUPTED',
            failure_message = 'The upload was interrupted: nothing was loaded. Upload the file again.'
        where ((u.status = 'processing' and u.started_at < clock_timestamp() - interval '10 seconds')
            or (u.status = 'queued' and u.upload_timestamp < clock_timestamp() - interval '10 seconds'))
          and not exists (
              select from jobs.jobs j where j.unique_key = 'onboard:' || u.upload_id and j.state <> 'dead')
          and not exists (select from catalog.upload_slots s where s.upload_id = u.upload_id)
          and pg_try_advisory_xact_lock(hashtextextended('catalog.upload ' || u.upload_id, 0))
        returning upload_id, vendor_id, bucket
        """

    static func finish(_ uploadID: String, _ end: UploadEnd) -> Statement {
        """
        update catalog.upload_history
        set status = \(end.status.rawValue)::text, completed_at = clock_timestamp(),
            total_records = \(end.counts.total)::integer, valid_records = \(end.counts.valid)::integer,
            error_records = \(end.counts.error)::integer, created_records = \(end.counts.created)::integer,
            updated_records = \(end.counts.updated)::integer, unchanged_records = \(end.counts.unchanged)::integer,
            deactivated_records = \(end.counts.deactivated)::integer, warning_records = \(end.counts.warned)::integer,
            file_size_bytes = \(end.file?.byteCount)::bigint, file_sha256 = \(end.file?.sha256)::text,
            file_encoding = \(end.file?.encoding)::text, encoding_guessed = \(end.file?.isEncodingGuessed)::boolean,
            failure_type = \(end.failure?.type.rawValue)::text, failure_message = \(end.failure?.message)::text
        where upload_id = \(uploadID)::text and status = 'processing'
        """
    }

    /// Ends an upload that has not ended. A worker that has it finds no row to finish, and rolls its work back.
    static func cancel(_ uploadID: String) -> Statement {
        """
        update catalog.upload_history
        set status = 'failed', completed_at = clock_timestamp(), total_records = 0, valid_records = 0, error_records = 0,
            failure_type = 'CANCELLED', failure_message = 'The upload was cancelled: nothing was loaded.'
        where upload_id = \(uploadID)::text and status in ('queued', 'processing') and bucket is not null
        """
    }

    /// Puts a failed upload, whose file is still in the store, back to its beginning.
    static func requeue(_ uploadID: String) -> Statement {
        """
        update catalog.upload_history
        set status = 'queued', started_at = null, completed_at = null, total_records = null, valid_records = null,
            error_records = null, created_records = null, updated_records = null, unchanged_records = null,
            deactivated_records = null, warning_records = null, file_encoding = null, encoding_guessed = null,
            failure_type = null, failure_message = null, error_file_s3_key = null, rejected_file_s3_key = null
        where upload_id = \(uploadID)::text and status = 'failed' and object_version is not null
        returning vendor_id
        """
    }

    static func deleteErrors(_ uploadID: String) -> Statement {
        "delete from catalog.validation_errors where upload_id = \(uploadID)::text"
    }

    static func recordReport(_ uploadID: String, errors: String, rejected: String?) -> Statement {
        """
        update catalog.upload_history
        set error_file_s3_key = \(errors)::text, rejected_file_s3_key = \(rejected)::text
        where upload_id = \(uploadID)::text
        """
    }

    static func addEvent(_ uploadID: String, _ event: String, detail: String) -> Statement {
        """
        insert into catalog.upload_events (upload_id, event, detail)
        values (\(uploadID)::text, \(event)::text, \(detail)::jsonb)
        """
    }

    static func addNotification(_ uploadID: String, recipient: String?) -> Statement {
        """
        insert into catalog.notifications (upload_id, kind, recipient)
        values (\(uploadID)::text, 'upload-finished', \(recipient)::text)
        on conflict (upload_id, kind) do update set state = 'pending', sent_at = null, recipient = excluded.recipient
        """
    }

    static func revert(_ uploadID: String) -> Statement {
        "select vendor_product_id, sku, reason from catalog.revert_upload(\(uploadID)::text)"
    }

    static let copyErrors: Statement = """
        copy catalog.validation_errors
            (upload_id, row_number, line_number, error_type, error_message, field, rejected_value, original_data)
        from stdin
        """
}

/// The facts about a file that was read whole.
public struct UploadedFile: Equatable, Sendable {
    /// Size as it arrived, before any decompression.
    public var byteCount: Int
    /// Of the same bytes, 64 hexadecimal digits.
    public var sha256: String
    /// In which it was read.
    public var encoding: String
    /// Nobody said so, and it is not UTF-8.
    public var isEncodingGuessed: Bool

    /// - Parameter sha256: 64 lower-case hexadecimal digits.
    public init(byteCount: Int, sha256: String, encoding: String, isEncodingGuessed: Bool) {
        self.byteCount = byteCount
        self.sha256 = sha256
        self.encoding = encoding
        self.isEncodingGuessed = isEncodingGuessed
    }
}

/// How an upload ended.
public struct UploadEnd: Equatable, Sendable {
    /// `completed`, `partial` or `failed`.
    public var status: UploadStatus
    public var counts: UploadCounts
    /// Nil when the file was not read whole.
    public var file: UploadedFile?
    /// Why nothing was loaded; nil unless the status is `failed`.
    public var failure: UploadFailure?

    /// - Parameter failure: makes the status `failed`; without one it follows from the counts.
    public init(counts: UploadCounts = UploadCounts(), file: UploadedFile? = nil, failure: UploadFailure? = nil) {
        self.counts = counts
        self.file = file
        self.failure = failure
        status = failure != nil ? .failed : counts.error == 0 ? .completed : .partial
    }
}

/// A product that a revert left alone.
public struct RevertException: Sendable, Codable {
    /// The product's key.
    public var vendorProductID: String
    /// Its present SKU.
    public var sku: String
    /// Why it was left alone.
    public var reason: String
}

extension Session {
    /// Records an upload that begins now.
    public func beginUpload(_ upload: Upload) throws {
        try execute(Upload.begin(upload))
    }

    /// Keeps the upload from being taken for an orphan until the transaction ends.
    public func holdUpload(_ uploadID: String) throws {
        try execute(Upload.hold(uploadID))
    }

    /// Records an upload whose file arrived and whose job comes later.
    public func queueUpload(_ upload: Upload, source: String) throws {
        try execute(Upload.queue(upload))
        try addEvent(upload.uploadID, .queued(source: source))
    }

    /// Begins an upload that was queued.
    /// - Returns: nil if it has ended already.
    public func startUpload(_ uploadID: String) throws -> Upload? {
        guard let row = try first(Upload.start(uploadID)) else { return nil }
        var upload = try Upload(
            uploadID: uploadID, vendorID: row.get("vendor_id"), fileName: row.get("file_name"),
            mode: UploadMode(rawValue: row.get("mode")) ?? .create,
            policy: UploadPolicy(rawValue: row.get("policy")) ?? .loadValid, bucket: row.get("bucket"),
            objectKey: row.get("object_key"))
        upload.objectVersion = try row.get("object_version")
        upload.etag = try row.get("etag")
        upload.byteCount = try row.get("file_size_bytes")
        upload.isDryRun = try row.get("dry_run")
        upload.encoding = try row.get("encoding")
        upload.announcedSHA256 = try row.get("announced_sha256")
        upload.emptyCells = EmptyCells(rawValue: try row.get("empty_cells")) ?? .clear
        upload.missingProducts = MissingProducts(rawValue: try row.get("missing_products")) ?? .keep
        return upload
    }

    /// Fails the uploads whose process went away, and those from a bucket whose job was given up; the latter are mailed.
    /// - Returns: their ids.
    @discardableResult
    public func giveUpOrphanedUploads() throws -> [String] {
        try query(Upload.giveUpOrphans).map { row in
            let uploadID: String = try row.get("upload_id")
            try addEvent(uploadID, .failed(.init(.interrupted, "its process went away")))
            if try row.get("bucket", as: String?.self) != nil {
                try addNotification(uploadID, recipient: try vendor(row.get("vendor_id"))?.email)
            }
            return uploadID
        }
    }

    /// Records the end of an upload.
    /// - Returns: false if it is not `processing` any more, because it was given up meanwhile.
    public func finishUpload(_ uploadID: String, _ end: UploadEnd) throws -> Bool {
        try execute(Upload.finish(uploadID, end)) == 1
    }

    /// Ends a queued or running upload from a bucket for good.
    /// - Returns: false if there is none such.
    public func cancelUpload(_ uploadID: String, by subject: String) throws -> Bool {
        guard try execute(Upload.cancel(uploadID)) == 1 else { return false }
        try closeSlot(of: uploadID)
        try addEvent(uploadID, .cancelled(by: subject))
        return true
    }

    /// Makes a failed upload from a bucket wait for a worker again, without the errors of its last attempt.
    /// - Returns: its vendor; nil if there is none such.
    public func requeueUpload(_ uploadID: String, by subject: String) throws -> String? {
        guard let row = try first(Upload.requeue(uploadID)) else { return nil }
        try execute(Upload.deleteErrors(uploadID))
        try addEvent(uploadID, .retried(by: subject))
        return try row.get("vendor_id")
    }

    /// Records where the error report and the rejected rows are.
    public func recordReport(_ uploadID: String, errorsKey: String, rejectedKey: String?) throws {
        try execute(Upload.recordReport(uploadID, errors: errorsKey, rejected: rejectedKey))
    }

    /// Adds a line to the timeline of an upload.
    public func addEvent(_ uploadID: String, _ event: UploadEvent) throws {
        try execute(Upload.addEvent(uploadID, event.name, detail: event.detailJSON))
    }

    /// Puts the mail about an upload into the outbox.
    public func addNotification(_ uploadID: String, recipient: String?) throws {
        try execute(Upload.addNotification(uploadID, recipient: recipient))
    }

    /// Undoes a completed or partial upload.
    /// - Returns: the products left alone, because they were changed since.
    /// - Throws: `PostgresError` with hint, if there is no such upload or it is in no state to be reverted.
    public func revertUpload(_ uploadID: String) throws -> [RevertException] {
        try query(Upload.revert(uploadID)).map {
            try RevertException(
                vendorProductID: $0.get("vendor_product_id"), sku: $0.get("sku"), reason: $0.get("reason"))
        }
    }

    /// Streams errors into `validation_errors`: text COPY rows of upload id, row number, line number, type, message,
    /// field, rejected value, original data.
    /// - Returns: how many errors.
    public func copyErrors(_ body: (CopyWriter) throws -> Void) throws -> Int {
        try copyIn(Upload.copyErrors, body)
    }
}
