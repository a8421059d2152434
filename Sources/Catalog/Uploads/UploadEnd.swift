/// The facts about a file that was read whole.
package struct UploadedFile: Equatable, Sendable {
    /// Size as it arrived, before any decompression.
    package var byteCount: Int
    /// Of the same bytes, 64 hexadecimal digits.
    package var sha256: String
    /// In which it was read.
    package var encoding: String
    /// Nobody said so, and it is not UTF-8.
    package var isEncodingGuessed: Bool

    /// - Parameter sha256: 64 lower-case hexadecimal digits.
    package init(byteCount: Int, sha256: String, encoding: String, isEncodingGuessed: Bool) {
        self.byteCount = byteCount
        self.sha256 = sha256
        self.encoding = encoding
        self.isEncodingGuessed = isEncodingGuessed
    }
}

/// How an upload ended.
package struct UploadEnd: Equatable, Sendable {
    /// `completed`, `partial` or `failed`.
    package var status: UploadStatus
    package var counts: UploadCounts
    /// Nil when the file was not read whole.
    package var file: UploadedFile?
    /// Why nothing was loaded; nil unless the status is `failed`.
    package var failure: UploadFailure?

    /// - Parameter failure: makes the status `failed`; without one it follows from the counts.
    package init(counts: UploadCounts = UploadCounts(), file: UploadedFile? = nil, failure: UploadFailure? = nil) {
        self.counts = counts
        self.file = file
        self.failure = failure
        status = failure != nil ? .failed : counts.error == 0 ? .completed : .partial
    }
}
