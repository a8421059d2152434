import CSV
import Catalog
import Postgres
import Storage
import Tabular

/// Writes every error of every rejected row, and every warning, to `catalog.validation_errors`, with the row as the vendor wrote it.
struct ErrorRecorder {
    /// How many times the largest file its listed errors may take. Each holds its whole row, with the names of its columns, and
    /// rejected rows have all columns, so that a long header above short rows would fill the disk.
    private static let errorsPerFile = 20

    let session: Session
    let upload: Upload
    let spooled: SpooledUpload
    let layout: ProductLayout
    let checker: RowChecker
    let verdicts: RowVerdicts
    let duplicates: DuplicateChecker
    /// Whether any row has a warning.
    let hasWarnings: Bool
    let limits: FileLimits

    /// Reads the file once more.
    /// - Returns: errors by type.
    /// - Throws: `UploadFailure` (`FILE_TOO_LARGE`) if the errors would take many times the largest file.
    func record(progress: ProgressMeter) throws -> [RowErrorType: Int] {
        let rows = try RowReader(spooled, layout)
        var counts: [RowErrorType: Int] = [:]
        var errors: [RowError] = []
        var original = OriginalData()
        var written = 0
        _ = try session.copyErrors { writer in
            while let row = try rows.next() {
                try progress.advance(
                    .reporting, rows: row.number, bytes: rows.bytesConsumed, of: spooled.spool.byteCount)
                find(row, &errors)
                if errors.isEmpty { continue }
                original.set(row, layout)
                // The file of rejected rows has at least a separator for each column.
                written += original.bytes.count * errors.count + layout.columns.count
                guard written / Self.errorsPerFile <= limits.maximumFileBytes else {
                    throw UploadFailure.tooManyErrors
                }
                for error in errors {
                    counts[error.type, default: 0] += 1
                    try write(error, of: row, original, to: writer)
                }
            }
        }
        return counts
    }

    /// Replaces `errors` by the errors and warnings of the row.
    private func find(_ row: SourceRow, _ errors: inout [RowError]) {
        errors.removeAll(keepingCapacity: true)
        let isRejected = !verdicts[row.number].isDisjoint(with: .rejected)
        guard isRejected || hasWarnings else { return }
        checker.check(row, &errors)
        guard case .product(let product) = row.content else { return }
        if !verdicts[row.number].isDisjoint(with: .ofKeys) {
            errors = RowError.sorted(errors + duplicates.errors(product, row: row.number, verdicts))
        }
        if hasWarnings { SpreadsheetDamage.check(product, into: &errors) }
    }

    private func write(_ error: RowError, of row: SourceRow, _ original: OriginalData, to writer: CopyWriter) throws {
        writer.field(upload.uploadID)
        writer.field(row.number)
        writer.field(row.record.line)
        writer.field(error.type.rawValue)
        writer.field(error.message)
        for text in [error.column, error.rejectedValue, error.ruleName] {
            if let text { writer.field(text) } else { writer.null() }
        }
        original.bytes.withUnsafeBytes { writer.field($0) }
        try writer.endRow()
    }
}
