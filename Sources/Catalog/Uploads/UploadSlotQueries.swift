import Postgres

extension UploadSlot {
    static func insert(_ slot: UploadSlot) -> Statement {
        """
        insert into catalog.upload_slots (upload_id, bucket, object_key, put_token_sha256, file_sha256)
        values (\(slot.uploadID)::text, \(slot.bucket)::text, \(slot.objectKey)::text, \(slot.putTokenSHA256)::text,
            \(slot.fileSHA256)::text)
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
    public func announceUpload(_ upload: Upload, slot: UploadSlot) throws {
        try execute(Upload.queue(upload))
        try execute(UploadSlot.insert(slot))
        try addEvent(upload.uploadID, .announced)
    }

    /// The slot whose link holds a secret.
    /// - Returns: nil if it is unknown, filled or has ended.
    public func slot(putTokenSHA256: String) throws -> UploadSlot? {
        try first(UploadSlot.select(putTokenSHA256: putTokenSHA256)).map { row in
            try UploadSlot(
                uploadID: row.get("upload_id"), bucket: row.get("bucket"), objectKey: row.get("object_key"),
                putTokenSHA256: row.get("put_token_sha256"), fileSHA256: row.get("file_sha256"))
        }
    }

    /// Takes the slot of an object away, because its bytes are there.
    /// - Returns: the upload that waited; nil if none did.
    public func takeSlot(bucket: String, objectKey: String) throws -> String? {
        try first(UploadSlot.delete(bucket: bucket, objectKey: objectKey))?.get("upload_id")
    }

    /// Notes what arrived for an announced upload.
    /// - Returns: its vendor; nil if it was cancelled meanwhile.
    public func fillUpload(_ upload: Upload) throws -> String? {
        try first(UploadSlot.fill(upload))?.get("vendor_id")
    }

    /// Closes the slot of an upload that nobody waits for any more.
    public func closeSlot(of uploadID: String) throws {
        try execute(UploadSlot.delete(uploadID: uploadID))
    }

    /// Closes slots whose time is over; their uploads are given up afterwards.
    public func deleteExpiredSlots() throws {
        try execute(UploadSlot.deleteExpired)
    }
}
