/// An upload that is announced, but its bytes have not come: a row of `catalog.upload_slots`.
package struct PendingUpload: Sendable, Equatable {
    package var uploadID: String
    package var bucket: String
    package var objectKey: String
    /// Of the secret in the link that takes the bytes; nil if the store takes them.
    package var putTokenSHA256: String?
    /// What the bytes must have, if the vendor said so.
    package var fileSHA256: String?

    /// Of an upload that is recorded already.
    package init(
        uploadID: String, bucket: String, objectKey: String, putTokenSHA256: String? = nil, fileSHA256: String? = nil
    ) {
        self.uploadID = uploadID
        self.bucket = bucket
        self.objectKey = objectKey
        self.putTokenSHA256 = putTokenSHA256
        self.fileSHA256 = fileSHA256
    }
}
