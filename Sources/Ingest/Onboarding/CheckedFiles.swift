import Catalog
import Foundation
import Jobs
import Logging
package import Postgres
import Storage

/// Files that were checked by a dry run over HTTP: loaded without being sent again, or deleted an hour after.
struct CheckedFiles {
    let resources: UploadJobResources

    /// Deletes those that nobody can load any more. One whose store is away stays due, and the next round tries it again.
    func deleteExpired(_ job: Job, _ logger: Logger) async throws {
        var last: String?
        var failures = 0
        while true {
            // Whoever loads one at this moment holds its row, and it is passed over.
            let files = try await resources.pool.transaction { [last] in try $0.expiredFiles(after: last) }
            guard let end = files.last else { break }
            for file in files {
                do {
                    try await resources.stores.store(bucket: file.bucket).delete(file.objectKey)
                    try await resources.pool.run { try $0.forgetFile(of: file.uploadID) }
                } catch let error where !(error is CancellationError) {
                    if failures == 0 { logger.warning("upload.file.kept", metadata: ["error": "\(error)"]) }
                    failures += 1
                }
                job.progress.report()
            }
            last = end.uploadID
        }
    }
}

/// Why the file of an upload is not loaded.
package enum CheckedFileError: Error, Equatable {
    /// Nothing was checked, or it has not ended, or did not come to a verdict.
    case notChecked
    /// The hour is over, or the file was never kept.
    case notKept
    case vendorSuspended
}

extension Session {
    /// Lets a worker load exactly the file that a dry run checked. Once: the same again gives the same upload.
    /// - Parameter subject: who wants it, for the timeline.
    /// - Throws: `CheckedFileError`.
    /// - Returns: the upload that loads it.
    package func loadCheckedUpload(_ checked: String, by subject: String) throws -> String {
        let uploadID = UploadID.make()
        guard let vendorID = try takeCheckedFile(checked, for: uploadID) else {
            if let earlier = try load(ofChecked: checked) { return earlier }
            guard let upload = try upload(checked), upload.dryRun, upload.hasVerdict else {
                throw CheckedFileError.notChecked
            }
            throw CheckedFileError.notKept
        }
        // Whoever is suspended since keeps the hour: what was taken is rolled back.
        guard try vendor(vendorID)?.status == .active else { throw CheckedFileError.vendorSuspended }
        try addEvent(checked, .loaded(by: subject, as: uploadID))
        try addEvent(uploadID, .queued(source: "check"))
        try enqueueLater(UploadStep.onboard.job(uploadID, vendorID: vendorID))
        try describeLoad(of: checked, as: uploadID)
        return uploadID
    }
}

extension UploadRecord {
    fileprivate var hasVerdict: Bool {
        let unjudged = [UploadFailureType.interrupted, .cancelled].map(\.rawValue)
        return completedAt != nil && !unjudged.contains(failureType ?? "")
    }
}
