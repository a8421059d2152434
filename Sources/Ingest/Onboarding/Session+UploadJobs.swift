import Catalog
import Jobs
package import Postgres

extension Session {
    /// Ends an upload from a bucket that has not ended; its worker can commit nothing any more.
    /// - Parameter subject: who wants it, for the timeline.
    /// - Returns: false if there is none such.
    package func cancelUploadAndJob(_ uploadID: String, by subject: String) throws -> Bool {
        guard try cancelUpload(uploadID, by: subject) else { return false }
        try cancelJob(uniqueKey: UploadStep.onboard.uniqueKey(uploadID))
        announce(uploadID)
        return true
    }

    /// Lets a worker take a failed upload from a bucket again.
    /// - Parameter subject: who wants it, for the timeline.
    /// - Returns: false if there is none such.
    package func retryUpload(_ uploadID: String, by subject: String) throws -> Bool {
        guard let vendorID = try requeueUpload(uploadID, by: subject) else { return false }
        try enqueueLater(UploadStep.onboard.job(uploadID, vendorID: vendorID))
        announce(uploadID)
        return true
    }
}
