import Catalog
package import Postgres
package import Storage
import Tabular

/// The error report as a workbook: a line for each error, in file order, as in the CSV.
package enum ErrorWorkbook {
    /// Makes the file, in constant memory. Needs a transaction.
    /// - Returns: nil if the upload has neither errors nor warnings.
    package static func file(_ session: Session, _ uploadID: String) throws -> TemporaryFile? {
        guard let facts = try session.fileFacts(of: uploadID) else { return nil }
        let file = try TemporaryFile()
        let writer = WorkbookWriter(write: file.write)
        var sheets = 0
        try session.forEachReportLine(of: uploadID, facts: facts) { line in
            if sheets == 0 || writer.rowCount == WorkbookWriter.mostRows {
                sheets += 1
                try begin(writer, sheets)
            }
            try writer.row(cells(line))
        }
        guard sheets > 0 else { return nil }
        try writer.finish()
        return file
    }

    private static func begin(_ writer: WorkbookWriter, _ number: Int) throws {
        let widths = [12, 20, 20, 40, 24, 60, 12, 14]
        try writer.beginSheet(
            .init(number == 1 ? "Errors" : "Errors \(number)", columns: widths.map { ($0, .plain) }))
        try writer.row(ErrorReport.header.map { .text($0, .header) })
    }

    private static func cells(_ line: ReportLine) -> [WorkbookWriter.Cell] {
        [
            .number(String(line.rowNumber)), .text(line.value(.vendorProductID)), .text(line.value(.sku)),
            .text(line.value(.productName)), .text(line.errorType), .text(line.errorMessage),
            .number(line.value(.price)), .number(line.value(.stockQuantity)),
        ]
    }
}
