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
    static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    let errors: TemporaryFile
    let rejected: TemporaryFile
    /// Rows may have nothing but warnings.
    let hasRejectedRows: Bool
    let isWorkbook: Bool

    static func errorsKey(vendorID: String, uploadID: String) -> String { "errors/\(vendorID)/\(uploadID)_errors.csv" }
    /// - Parameter isWorkbook: whether the upload was one; its rejected rows are one, too.
    static func rejectedKey(vendorID: String, uploadID: String, isWorkbook: Bool) -> String {
        "errors/\(vendorID)/\(uploadID)_rejected.\(isWorkbook ? "xlsx" : "csv")"
    }

    /// Writes both files in one pass over the errors, in constant memory. Needs a transaction.
    init(session: Session, uploadID: String, facts: UploadEvent.FileFacts) throws {
        let errors = try TemporaryFile()
        let rejected = try TemporaryFile()
        var errorLines = CSVWriter()
        errorLines.bytes = Self.byteOrderMark
        isWorkbook = facts.workbook != nil
        var rows = RejectedRows(
            isWorkbook ? RejectedWorkbook(rejected) : RejectedText(rejected), columns: facts.columns)
        Self.header.forEach { errorLines.field($0) }
        errorLines.endRecord()
        if facts.hasHeader { try rows.writeHeader() }

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
    func drain(_ csv: inout CSVWriter) throws {
        try csv.bytes.withUnsafeBytes(write)
        csv.bytes.removeAll(keepingCapacity: true)
    }
}
