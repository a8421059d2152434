import CSV
import Catalog
import Postgres
import Storage
import Text

/// The two files a vendor gets back: the error CSV, and the rejected rows as they were, to be corrected and uploaded
/// again. Both are made from the database, so that they can be made again after a crash.
struct ErrorReport: Sendable {
    static let header = [
        "Row Number", "Vendor Product ID", "SKU", "Product Name", "Error Type", "Error Message", "Price",
        "Stock Quantity",
    ]
    /// Without it spreadsheets take UTF-8 for their own code page, and give it back as that.
    fileprivate static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    let errors: TemporaryFile
    let rejected: TemporaryFile
    /// Rows may have nothing but warnings.
    let hasRejectedRows: Bool

    static func errorsKey(vendorID: String, uploadID: String) -> String { "errors/\(vendorID)/\(uploadID)_errors.csv" }
    static func rejectedKey(vendorID: String, uploadID: String) -> String {
        "errors/\(vendorID)/\(uploadID)_rejected.csv"
    }

    /// Writes both files in one pass over the errors, in constant memory. Needs a transaction.
    init(session: Session, uploadID: String, facts: UploadEvent.FileFacts) throws {
        let errors = try TemporaryFile()
        let rejected = try TemporaryFile()
        var errorLines = CSVWriter()
        errorLines.bytes = Self.byteOrderMark
        var rows = RejectedRows(file: rejected, columns: facts.columns)
        Self.header.forEach { errorLines.field($0) }
        errorLines.endRecord()
        if facts.hasHeader { rows.writeHeader() }

        try session.forEachReportLine(of: uploadID, facts: facts) { line in
            Self.write(line, to: &errorLines)
            if errorLines.bytes.count > 1 << 16 { try errors.drain(&errorLines) }
            try rows.add(line)
        }
        try rows.finish()
        try errors.drain(&errorLines)
        (self.errors, self.rejected, hasRejectedRows) = (errors, rejected, rows.count > 0)
    }

    private static func write(_ line: ReportLine, to csv: inout CSVWriter) {
        csv.field(String(line.rowNumber))
        for field: ProductField in [.vendorProductID, .sku, .productName] {
            csv.field(Spreadsheet.guarded(line.value(field)))
        }
        csv.field(line.errorType)
        csv.field(Spreadsheet.guarded(line.errorMessage))
        for field: ProductField in [.price, .stockQuantity] { csv.field(Spreadsheet.guarded(line.value(field))) }
        csv.endRecord()
    }
}

/// Collects the errors of one row after the other into the line that gives the row back.
private struct RejectedRows {
    let file: TemporaryFile
    private var csv = CSVWriter()
    private(set) var count = 0
    private var current: (line: ReportLine, isRejected: Bool, errors: [String])?
    private let columns: [String]
    /// All columns but those that this file adds, which an uploaded one of an earlier round brings along.
    private let kept: [Int]

    private static let own = ["_row", "_line", "_errors"]

    init(file: TemporaryFile, columns: [String]) {
        self.file = file
        self.columns = columns
        // A column of the name under which a row without cells is kept has been renamed.
        kept = columns.indices.filter { !Self.own.contains(columns[$0]) && columns[$0] != "_line_2" }
        csv.bytes = ErrorReport.byteOrderMark
    }

    mutating func writeHeader() { write(kept.map { columns[$0] } + Self.own) }

    mutating func add(_ line: ReportLine) throws {
        if current?.line.rowNumber != line.rowNumber {
            try flush()
            current = (line, false, [])
        }
        if !line.isWarning { current?.isRejected = true }
        current?.errors.append(line.errorMessage)
    }

    mutating func finish() throws {
        try flush()
        try file.drain(&csv)
    }

    private mutating func flush() throws {
        guard let row = current, row.isRejected else { return }
        count += 1
        let whole = Self.wholeLine(row.line).map { ", the line is: \($0)" } ?? ""
        let about = [
            String(row.line.rowNumber), String(row.line.lineNumber), row.errors.joined(separator: "; ") + whole,
        ]
        let cells = row.line.cells
        write(kept.map { cells[$0] } + about)
        if csv.bytes.count > 1 << 16 { try file.drain(&csv) }
    }

    private mutating func write(_ cells: [String]) {
        for cell in cells { csv.field(cell) }
        csv.endRecord()
    }

    /// The line of a row whose cells have no place in the columns; nil if all have one.
    private static func wholeLine(_ line: ReportLine) -> String? {
        let original = line.original
        if !original.line.isEmpty { return original.line }
        guard original.surplus.contains(where: { !$0.trimmed().isEmpty }) else { return nil }
        var csv = CSVWriter()
        for cell in line.cells + original.surplus { csv.field(cell) }
        return String(decoding: csv.bytes, as: UTF8.self)
    }
}

/// What spreadsheets do with text.
enum Spreadsheet {
    /// Text that would run as a formula gets a leading `'`; numbers stay numbers.
    /// Source: OWASP, CSV Injection, https://owasp.org/www-community/attacks/CSV_Injection
    static func guarded(_ text: String) -> String {
        guard let first = text.utf8.first, "=+-@".utf8.contains(first), !isNumber(text) else { return text }
        return "'" + text
    }

    private static func isNumber(_ text: String) -> Bool {
        let unsigned = text.utf8.dropFirst("+-".utf8.contains(text.utf8.first!) ? 1 : 0)
        let parts = unsigned.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        return parts.allSatisfy { part in !part.isEmpty && part.allSatisfy { (0x30...0x39).contains($0) } }
    }
}

extension TemporaryFile {
    /// Writes what the writer holds and empties it.
    fileprivate func drain(_ csv: inout CSVWriter) throws {
        try csv.bytes.withUnsafeBytes(write)
        csv.bytes.removeAll(keepingCapacity: true)
    }
}
