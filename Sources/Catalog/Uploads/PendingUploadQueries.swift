package import Postgres

extension PendingUpload {
    static func insert(_ pending: PendingUpload) -> Statement {
        """
        insert into catalog.upload_slots (upload_id, bucket, object_key, put_token_sha256, file_sha256)
        values (\(pending.uploadID)::text, \(pending.bucket)::text, \(pending.objectKey)::text, \(pending.putTokenSHA256)::text,
            \(pending.fileSHA256)::text)
        returning \(.timestamp("expires_at")) as expires_at
        """
    }

    static func select(putTokenSHA256: String) -> Statement {
        """
        select upload_id, bucket, object_key, put_token_sha256, file_sha256 from catalog.upload_slots
        where put_token_sha256 = \(putTokenSHA256)::text and expires_at > clock_timestamp()
        """
    }

    static func delete(bucket: String, objectKey: String) -> Statement {
        """
        delete from catalog.upload_slots
        where bucket = \(bucket)::text and object_key = \(objectKey)::text
        returning upload_id
        """
    }

    static func delete(uploadID: String) -> Statement {
        "delete from catalog.upload_slots where upload_id = \(uploadID)::text"
    }

    static let deleteExpired: Statement = "delete from catalog.upload_slots where expires_at < clock_timestamp()"

    static func fill(_ upload: Upload) -> Statement {
        """
        update catalog.upload_history
        set object_version = \(upload.objectVersion)::text, file_size_bytes = \(upload.byteCount)::bigint
        where upload_id = \(upload.uploadID)::text and status = 'queued'
        returning vendor_id
        """
    }
}

extension Session {
    /// Records an upload whose bytes are still to come, and where they will go.
    /// - Returns: until when they are waited for: ISO 8601, UTC.
    package func announceUpload(_ upload: Upload, pending: PendingUpload) throws -> String {
        try execute(Upload.queue(upload))
        let expiresAt = try query(PendingUpload.insert(pending))[0].get("expires_at", as: String.self)
        try addEvent(upload.uploadID, .announced)
        return expiresAt
    }

    /// The pending upload whose link holds a secret.
    /// - Returns: nil if it is unknown or expired, or its bytes came.
    package func pendingUpload(putTokenSHA256: String) throws -> PendingUpload? {
        try first(PendingUpload.select(putTokenSHA256: putTokenSHA256)).map { row in
            try PendingUpload(
                uploadID: row.get("upload_id"), bucket: row.get("bucket"), objectKey: row.get("object_key"),
                putTokenSHA256: row.get("put_token_sha256"), fileSHA256: row.get("file_sha256"))
        }
    }

    /// Forgets the pending upload of an object, because its bytes are there.
    /// - Returns: the upload that waited; nil if none did.
    package func takePendingUpload(bucket: String, objectKey: String) throws -> String? {
        try first(PendingUpload.delete(bucket: bucket, objectKey: objectKey))?.get("upload_id")
    }

    /// Notes what arrived for an announced upload.
    /// - Returns: its vendor; nil if it was cancelled meanwhile.
    package func fillUpload(_ upload: Upload) throws -> String? {
        try first(PendingUpload.fill(upload))?.get("vendor_id")
    }

    /// Forgets a pending upload that nobody waits for any more.
    package func closePendingUpload(of uploadID: String) throws {
        try execute(PendingUpload.delete(uploadID: uploadID))
    }

    /// Forgets pending uploads whose time is over; they are given up afterwards.
    package func deleteExpiredPendingUploads() throws {
        try execute(PendingUpload.deleteExpired)
    }
}
