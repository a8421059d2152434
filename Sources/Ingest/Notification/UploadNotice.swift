import Catalog

/// What a vendor is told about a finished upload: facts, which each notifier puts into its own form.
package struct UploadNotice: Sendable {
    package var upload: UploadRecord
    /// To the error report; nil without errors.
    package var link: String?

    package init(upload: UploadRecord, link: String?) {
        self.upload = upload
        self.link = link
    }
}
