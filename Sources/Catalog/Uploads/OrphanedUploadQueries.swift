package import Postgres

/// The statements that find uploads whose process went away, or whose file never came.
extension Upload {
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
            failure_message = case when u.bucket is not null and u.object_version is null
                then 'The file did not come within 24 hours: nothing was loaded. Announce it again.'
                else 'The upload was interrupted: nothing was loaded. Upload the file again.' end
        where u.completed_at is null
          and ((u.status = 'processing' and u.started_at < clock_timestamp() - interval '10 seconds')
            or (u.status = 'queued' and u.upload_timestamp < clock_timestamp() - interval '10 seconds'))
          and not exists (
              select from jobs.jobs j where j.unique_key = 'onboard:' || u.upload_id and j.state <> 'dead')
          and not exists (select from catalog.upload_slots s where s.upload_id = u.upload_id)
          and pg_try_advisory_xact_lock(hashtextextended('catalog.upload ' || u.upload_id, 0))
        returning upload_id, vendor_id, bucket,
            case when bucket is not null and object_version is null then 'its file did not come within 24 hours'
                when bucket is not null then 'its job was lost' else 'its process went away' end as reason
        """
}

extension Session {
    /// Keeps the upload from being taken for an orphan until the transaction ends.
    package func holdUpload(_ uploadID: String) throws {
        try executeLater(Upload.hold(uploadID).prepared())
    }

    /// Fails the uploads whose process went away, and those from a bucket whose job was lost or whose bytes never came; the latter two are
    /// mailed.
    /// - Returns: their ids.
    @discardableResult
    package func giveUpOrphanedUploads() throws -> [String] {
        try query(Upload.giveUpOrphans).map { row in
            let uploadID: String = try row.get("upload_id")
            try addEvent(uploadID, .failed(.init(.interrupted, row.get("reason"))))
            if try row.get("bucket", as: String?.self) != nil {
                try addNotification(uploadID, recipient: try vendor(row.get("vendor_id"))?.email)
            }
            return uploadID
        }
    }
}
