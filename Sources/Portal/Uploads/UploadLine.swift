import Catalog
import HTML
import Postgres

/// An upload as pages show it.
struct UploadLine: Sendable {
    let uploadID: String
    let vendorID: String
    let fileName: String
    let state: UploadState
    let mode: String
    let isDryRun: Bool
    /// Whether it undid another one.
    let isRevert: Bool
    let total, valid, errors, created, updated, unchanged, deactivated, deleted: Int?
    /// Rejected rows that were corrected and sent.
    let sent: Int
    let failureMessage: String?
    let byteCount: Int?
    let mapping, parentUploadID: String?
    let mappingVersion: Int?
    let policy, emptyCells: String
    /// RFC 3339, UTC.
    let uploadedAt: String
    /// Keys of its files in the store.
    let errorsKey, rejectedKey: String?
    /// Where the next page of a list begins.
    let cursor: String

    init(_ row: Row) throws {
        uploadID = try row.get("upload_id")
        vendorID = try row.get("vendor_id")
        fileName = try row.get("file_name")
        isDryRun = try row.get("dry_run")
        isRevert = try row.get("is_revert")
        mode = try row.get("mode")
        (total, valid, errors) = (
            try row.get("total_records"), try row.get("valid_records"), try row.get("error_records")
        )
        sent = try row.get("sent_records")
        (created, updated) = (try row.get("created_records"), try row.get("updated_records"))
        (unchanged, deactivated) = (try row.get("unchanged_records"), try row.get("deactivated_records"))
        deleted = try row.get("deleted_records")
        failureMessage = try row.get("failure_message")
        byteCount = try row.get("file_size_bytes")
        (mapping, parentUploadID) = (try row.get("mapping_name"), try row.get("parent_upload_id"))
        mappingVersion = try row.get("mapping_version")
        (policy, emptyCells) = (try row.get("policy"), try row.get("empty_cells"))
        uploadedAt = try row.get("uploaded_at")
        (errorsKey, rejectedKey) = (try row.get("error_file_s3_key"), try row.get("rejected_file_s3_key"))
        cursor = try row.get("uploaded_exactly")
        state = UploadState(try row.get("status"), isDryRun: isDryRun)
    }

    /// Whether nothing more will happen to it by itself: its report is written, too.
    var isFinal: Bool { !state.isUnderWay && ((errors ?? 0) == 0 || errorsKey != nil || state == .reverted) }

    /// Whether its file was only checked, and has rows to load.
    var canBeLoaded: Bool { isDryRun && !state.isUnderWay && (valid ?? 0) > 0 }
    var canBeUndone: Bool { [.completed, .partial].contains(state) && !isDryRun }
    /// Of its state: mistakes are not green.
    var tone: String { state == .checked && toCorrect > 0 ? "warn" : state.tone }
    /// Rejected rows that nobody has corrected and sent.
    var toCorrect: Int { state == .reverted ? 0 : max(0, (errors ?? 0) - sent) }
    /// Whether nothing of its file was loaded because of some rows: those alone would not be the file.
    var isRefusedWhole: Bool {
        state == .failed && policy == UploadPolicy.allOrNothing.rawValue && (valid ?? 0) > 0
    }
    /// Whether rejected rows can be corrected at a page.
    var canBeFixed: Bool { !state.isUnderWay && toCorrect > 0 && !isRefusedWhole }
    var path: SitePath { SitePath("/portal/uploads") / uploadID }
}
