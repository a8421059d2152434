import Catalog
package import Postgres
package import Storage
import Telemetry

/// Puts the error report and the rejected rows of a finished upload into the object store and notes where they are.
/// Doing it twice gives the same objects.
package struct ReportWriter: Sendable {
    private let store: any ObjectStore

    /// - Parameter store: where vendors fetch their reports.
    package init(store: any ObjectStore) {
        self.store = store
    }

    /// Makes the reports of an upload from the database.
    /// - Parameter commit: joins the transaction that records where they are.
    /// - Returns: the keys; nil if the upload has neither errors nor warnings.
    func write(
        _ uploadID: String, vendorID: String, _ connection: Connection,
        commit: @Sendable (Session) throws -> Void = { _ in }
    ) async throws -> (errors: String, rejected: String?)? {
        let report = try await connection.transaction(.readOnlySnapshot) { session -> ErrorReport? in
            guard let facts = try session.fileFacts(of: uploadID) else { return nil }
            return try ErrorReport(session: session, uploadID: uploadID, facts: facts)
        }
        guard let report else { return nil }
        let keys = try await put(report, vendorID: vendorID, uploadID: uploadID)
        let delay = try await connection.transaction { session in
            let delay = try session.recordReport(uploadID, errorsKey: keys.errors, rejectedKey: keys.rejected)
            try session.addEvent(uploadID, .reportWritten(errorsKey: keys.errors, rejectedKey: keys.rejected))
            try commit(session)
            return delay
        }
        if let delay { MetricFamily.reportDelay.observe(seconds: delay) }
        return keys
    }

    func write(_ result: OnboardingResult, _ connection: Connection) async throws -> OnboardingResult {
        guard result.end.counts.hasFindings else { return result }
        var result = result
        let keys = try await write(result.upload.uploadID, vendorID: result.upload.vendorID, connection)
        (result.errorReport, result.rejectedFile) = (keys?.errors, keys?.rejected)
        return result
    }

    package static func workbookKey(_ uploadID: String, vendorID: String) -> String {
        "errors/\(vendorID)/\(uploadID)_errors.xlsx"
    }

    /// Makes the errors of an upload as a workbook and puts it beside its reports.
    /// - Returns: its key; nil if the upload has neither errors nor warnings.
    package func writeWorkbook(_ uploadID: String, vendorID: String, _ connection: Connection) async throws -> String? {
        let file = try await connection.transaction(.readOnlySnapshot) { try ErrorWorkbook.file($0, uploadID) }
        guard let file else { return nil }
        let key = Self.workbookKey(uploadID, vendorID: vendorID)
        try await store.put(key, contentsOf: file)
        return key
    }

    private func put(_ report: ErrorReport, vendorID: String, uploadID: String) async throws -> (
        errors: String, rejected: String?
    ) {
        let errorsKey = ErrorReport.errorsKey(vendorID: vendorID, uploadID: uploadID)
        let rejectedKey = ErrorReport.rejectedKey(
            vendorID: vendorID, uploadID: uploadID, isWorkbook: report.isWorkbook)
        try await store.put(errorsKey, contentsOf: report.errors)
        guard report.hasRejectedRows else { return (errorsKey, nil) }
        try await store.put(rejectedKey, contentsOf: report.rejected)
        return (errorsKey, rejectedKey)
    }
}
