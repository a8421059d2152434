package import Catalog

/// What a vendor is told about a finished upload: facts, which each notifier puts into its own form.
package struct UploadNotice: Sendable {
    package var upload: UploadRecord
    /// To the error report; nil without errors.
    package var link: String?
    /// There are errors, but their report could not be made yet.
    package var lacksReport = false
    /// In which the file was read, where nobody said so and it is not UTF-8.
    package var guessedEncoding: String?

    package init(upload: UploadRecord, link: String?, guessedEncoding: String? = nil) {
        self.upload = upload
        self.link = link
        self.guessedEncoding = guessedEncoding
    }
}
