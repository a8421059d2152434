/// A place in a store that waits for the bytes of an announced upload: a row of `catalog.upload_slots`.
public struct UploadSlot: Sendable, Equatable {
    public var uploadID: String
    public var bucket: String
    public var objectKey: String
    /// Of the secret in the link that takes the bytes; nil if the store takes them.
    public var putTokenSHA256: String?
    /// What the bytes must have, if the vendor said so.
    public var fileSHA256: String?

    /// A slot for an upload that is recorded already.
    public init(
        uploadID: String, bucket: String, objectKey: String, putTokenSHA256: String? = nil, fileSHA256: String? = nil
    ) {
        self.uploadID = uploadID
        self.bucket = bucket
        self.objectKey = objectKey
        self.putTokenSHA256 = putTokenSHA256
        self.fileSHA256 = fileSHA256
    }
}
