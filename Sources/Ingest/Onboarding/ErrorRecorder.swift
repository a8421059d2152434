import CSV
import Catalog
import Postgres
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
        var json = JSONText()
        var written = 0
        _ = try session.copyErrors { writer in
            while let row = try rows.next() {
                try progress.advance(
                    .reporting, rows: row.number, bytes: rows.bytesConsumed, of: spooled.spool.byteCount)
                find(row, &errors)
                if errors.isEmpty { continue }
                json.setOriginal(row, layout)
                // The file of rejected rows has at least a separator for each column.
                written += json.bytes.count * errors.count + layout.columns.count
                guard written / Self.errorsPerFile <= limits.maximumFileBytes else {
                    throw UploadFailure.tooManyErrors
                }
                for error in errors {
                    counts[error.type, default: 0] += 1
                    try write(error, of: row, json, to: writer)
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
        if isRejected { checker.check(row, &errors) }
        guard case .product(let product) = row.content else { return }
        if !verdicts[row.number].isDisjoint(with: .ofKeys) {
            errors = RowError.sorted(errors + duplicates.errors(product, row: row.number, verdicts))
        }
        if hasWarnings { SpreadsheetDamage.check(product, into: &errors) }
    }

    private func write(_ error: RowError, of row: SourceRow, _ json: JSONText, to writer: CopyWriter) throws {
        writer.field(upload.uploadID)
        writer.field(row.number)
        writer.field(row.record.line)
        writer.field(error.type.rawValue)
        writer.field(error.message)
        for text in [error.field?.column, error.rejectedValue] {
            if let text { writer.field(text) } else { writer.null() }
        }
        json.bytes.withUnsafeBytes { writer.field($0) }
        try writer.endRow()
    }
}

/// `original_data`: the row as the vendor wrote it, as a JSON object (RFC 8259).
struct JSONText {
    private(set) var bytes: [UInt8] = []
    private var scratch: [UInt8] = []

    /// Cells by column. A row that cannot be split stands under `_line`, surplus cells under `_extra`, and the values
    /// that a mapping made of the row under `_mapped`.
    mutating func setOriginal(_ row: SourceRow, _ layout: ProductLayout) {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(UInt8(ascii: "{"))
        if row.record.problem != nil {
            addKey("_line")
            addString(row.record.raw)
        } else {
            addCells(row.record, layout)
        }
        if layout.mapping != nil, case .product(let product) = row.content { addMapped(product) }
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func addCells(_ record: CSVRecord, _ layout: ProductLayout) {
        for index in 0..<min(record.count, layout.columns.count) {
            addKey(layout.columns[index])
            addCell(record[index])
        }
        guard record.count > layout.columns.count else { return }
        addKey("_extra")
        bytes.append(UInt8(ascii: "["))
        for index in layout.columns.count..<record.count {
            if index > layout.columns.count { bytes.append(UInt8(ascii: ",")) }
            addCell(record[index])
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func addMapped(_ product: ProductRow) {
        addKey("_mapped")
        bytes.append(UInt8(ascii: "{"))
        for field in ProductField.allCases where !product[field].isEmpty {
            addKey(field.column)
            addString(product[field])
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func addKey(_ key: String) {
        if bytes.last != UInt8(ascii: "{") { bytes.append(UInt8(ascii: ",")) }
        var key = key
        key.withUTF8 { addString(UnsafeRawBufferPointer($0)) }
        bytes.append(UInt8(ascii: ":"))
    }

    private mutating func addCell(_ cell: CSVField) {
        guard cell.hasEscapes else { return addString(cell.bytes) }
        scratch.removeAll(keepingCapacity: true)
        cell.unescape(into: &scratch)
        scratch.withUnsafeBytes { addString($0) }
    }

    /// What PostgreSQL cannot store becomes U+FFFD: NUL, and bytes that are no UTF-8.
    private mutating func addString(_ value: UnsafeRawBufferPointer) {
        guard UTF8Scanner.isValid(value) else {
            var repaired = String(decoding: value, as: UTF8.self)
            return repaired.withUTF8 { addString(UnsafeRawBufferPointer($0)) }
        }
        bytes.append(UInt8(ascii: "\""))
        for byte in value { addEscaped(byte) }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func addEscaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
        case 0: bytes.append(contentsOf: "\u{FFFD}".utf8)
        case 1..<0x20:
            let hex = Array("0123456789abcdef".utf8)
            bytes.append(contentsOf: "\\u00".utf8)
            bytes.append(hex[Int(byte >> 4)])
            bytes.append(hex[Int(byte & 15)])
        default: bytes.append(byte)
        }
    }
}
