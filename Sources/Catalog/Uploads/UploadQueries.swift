package import Postgres

/// The statements that move an upload from its beginning to its end.
extension Upload {
    static func begin(_ upload: Upload) -> Statement {
        """
        insert into catalog.upload_history
            (upload_id, vendor_id, file_name, status, mode, policy, empty_cells, missing_products, dry_run, started_at,
             bucket, object_key, encoding, sheet, mapping_name)
        values (\(upload.uploadID)::text, \(upload.vendorID)::text, \(upload.fileName)::text, 'processing',
            \(upload.mode.rawValue)::text, \(upload.policy.rawValue)::text, \(upload.emptyCells.rawValue)::text,
            \(upload.missingProducts.rawValue)::text, \(upload.isDryRun)::boolean, clock_timestamp(),
            \(upload.bucket)::text, \(upload.objectKey)::text, \(upload.encoding)::text,
            \(upload.sheet)::text, \(upload.mapping)::text)
        """
    }

    /// Records an upload whose turn comes later.
    static func queue(_ upload: Upload) -> Statement {
        """
        insert into catalog.upload_history
            (upload_id, vendor_id, file_name, status, mode, policy, empty_cells, missing_products, bucket, object_key,
             object_version, file_size_bytes, dry_run, encoding, sheet, announced_sha256, mapping_name, parent_upload_id, keeps_file)
        values (\(upload.uploadID)::text, \(upload.vendorID)::text, \(upload.fileName)::text, 'queued',
            \(upload.mode.rawValue)::text, \(upload.policy.rawValue)::text, \(upload.emptyCells.rawValue)::text,
            \(upload.missingProducts.rawValue)::text, \(upload.bucket)::text,
            \(upload.objectKey)::text, \(upload.objectVersion)::text, \(upload.byteCount)::bigint, \(upload.isDryRun)::boolean,
            \(upload.encoding)::text, \(upload.sheet)::text, \(upload.announcedSHA256)::text, \(upload.mapping)::text,
            \(upload.parentUploadID)::text,
            \(upload.keepsFile)::boolean)
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
            file_size_bytes, dry_run, encoding, sheet, announced_sha256, mapping_name, checked_upload_id,
            case when checked_upload_id is not null then mapping_version end as mapping_version,
            (select array[e.etag, e.source] from intake.object_events e
                where e.upload_id = coalesce(upload_history.checked_upload_id, upload_history.upload_id)
                  and e.received_at >= coalesce(
                      (select c.upload_timestamp from catalog.upload_history c where c.upload_id = upload_history.checked_upload_id),
                      upload_history.upload_timestamp)) as arrival
        """
    }

    /// The same, with a line of the timeline. A crash of the server may take it back, as the claim of the job: the commit does not wait for
    /// the disk.
    static func startAndTell(_ uploadID: String) -> Statement {
        """
        with started as (\(start(uploadID))),
        told as (
            insert into catalog.upload_events (upload_id, event, detail)
            select \(uploadID)::text, 'started', jsonb_build_object('mode', mode, 'policy', policy) from started)
        select started.*, set_config('synchronous_commit', 'off', true) from started
        """
    }

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

    /// What cancelling and trying again change, and `audit.actions` is to say.
    static func selectState(_ uploadID: String) -> Statement {
        """
        select jsonb_strip_nulls(jsonb_build_object(
            'status', status, 'attempt', attempt, 'failureType', failure_type, 'totalRecords', total_records,
            'validRecords', valid_records, 'errorRecords', error_records))::text as state
        from catalog.upload_history where upload_id = \(uploadID)::text for no key update
        """
    }

    static func describe(before: String?, after: String?) -> Statement {
        "select catalog.describe_action(\(before)::jsonb, \(after)::jsonb)"
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
            failure_type = null, failure_message = null, error_file_s3_key = null, rejected_file_s3_key = null,
            mapping_version = case when checked_upload_id is not null then mapping_version end, verdict_change = null,
            attempt = attempt + 1
        where upload_id = \(uploadID)::text and status = 'failed' and object_version is not null
        returning vendor_id, attempt - 1 as former_attempt
        """
    }
}

extension Session {
    /// Records an upload that begins now.
    package func beginUpload(_ upload: Upload) throws {
        try execute(Upload.begin(upload))
    }

    /// Records an upload whose file arrived and whose job comes later.
    package func queueUpload(_ upload: Upload, source: String) throws {
        try executeLater(Upload.queue(upload).prepared())
        try addEvent(upload.uploadID, .queued(source: source))
    }

    /// Begins an upload that was queued.
    /// - Parameter tells: whether the timeline says so; only outside a transaction, for whose commit nobody would wait.
    /// - Returns: nil if it has ended already.
    package func startUpload(_ uploadID: String, tells: Bool = false) throws -> Upload? {
        let statement = tells ? Upload.startAndTell(uploadID) : Upload.start(uploadID)
        guard let row = try first(statement.prepared()) else { return nil }
        var upload = try Upload(
            uploadID: uploadID, vendorID: row.get("vendor_id"), fileName: row.get("file_name"),
            mode: UploadMode(rawValue: row.get("mode")) ?? .create,
            policy: UploadPolicy(rawValue: row.get("policy")) ?? .loadValid, bucket: row.get("bucket"),
            objectKey: row.get("object_key"))
        upload.objectVersion = try row.get("object_version")
        let arrival: [String]? = try row.get("arrival")
        (upload.etag, upload.source) = (arrival?.first, arrival?.last)
        upload.byteCount = try row.get("file_size_bytes")
        upload.isDryRun = try row.get("dry_run")
        upload.encoding = try row.get("encoding")
        upload.sheet = try row.get("sheet")
        upload.announcedSHA256 = try row.get("announced_sha256")
        upload.mapping = try row.get("mapping_name")
        upload.mappingVersion = try row.get("mapping_version")
        upload.checkedUploadID = try row.get("checked_upload_id")
        upload.emptyCells = EmptyCells(rawValue: try row.get("empty_cells")) ?? .clear
        upload.missingProducts = MissingProducts(rawValue: try row.get("missing_products")) ?? .keep
        return upload
    }

    /// Records the end of an upload.
    /// - Returns: false if it is not `processing` any more, because it was given up meanwhile.
    package func finishUpload(_ uploadID: String, _ end: UploadEnd) throws -> Bool {
        try execute(Upload.finish(uploadID, end).prepared()) == 1
    }

    /// The same with the next statement.
    /// - Throws: `failure` if it is not `processing` any more, before the transaction commits.
    package func finishUpload(_ uploadID: String, _ end: UploadEnd, orFailWith failure: UploadFailure) throws {
        try executeLater(Upload.finish(uploadID, end).prepared()) { answer in
            guard answer.affected == 1 else { throw failure }
        }
    }

    /// Ends a queued or running upload from a bucket for good.
    /// - Returns: false if there is none such.
    package func cancelUpload(_ uploadID: String, by subject: String) throws -> Bool {
        try describingUpload(uploadID) {
            guard try execute(Upload.cancel(uploadID)) == 1 else { return false }
            try closePendingUpload(of: uploadID)
            try addEvent(uploadID, .cancelled(by: subject))
            return true
        }
    }

    /// Makes a failed upload from a bucket wait for a worker again, and sets the errors of its last attempt aside.
    /// - Returns: its vendor; nil if there is none such.
    package func requeueUpload(_ uploadID: String, by subject: String) throws -> String? {
        var vendorID: String?
        _ = try describingUpload(uploadID) {
            guard let row = try first(Upload.requeue(uploadID)) else { return false }
            try execute(Upload.setErrorsAside(uploadID, attempt: row.get("former_attempt")))
            try addEvent(uploadID, .retried(by: subject))
            vendorID = try row.get("vendor_id")
            return true
        }
        return vendorID
    }

    /// Says in `audit.actions` what became of an upload.
    /// - Parameter body: whether it changed it.
    private func describingUpload(_ uploadID: String, _ body: () throws -> Bool) throws -> Bool {
        let before: String? = try first(Upload.selectState(uploadID))?.get("state")
        guard try body() else { return false }
        let after: String? = try first(Upload.selectState(uploadID))?.get("state")
        _ = try query(Upload.describe(before: before, after: after))
        return true
    }
}
