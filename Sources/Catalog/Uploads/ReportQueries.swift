package import Postgres

/// The statement behind the error report and the rejected rows.
enum Report {
    /// Every error, in file order, with its row in one value: a file may have more columns than a statement.
    static func select(_ uploadID: String) -> Statement {
        """
        select row_number, error_type, error_message, original_data::text as original, line_number, field
        from catalog.validation_errors where upload_id = \(uploadID)::text order by row_number, error_id
        """
    }
}

extension Report {
    /// Whether the last try to make it was given up.
    static func isGivenUp(_ uploadID: String) -> Statement {
        """
        select coalesce((
            select event = 'report.given_up' from catalog.upload_events
            where upload_id = \(uploadID)::text and event in ('report.given_up', 'report.written', 'retried')
            order by event_id desc limit 1), false) as is_given_up
        """
    }
}

/// One error with the row it belongs to.
package struct ReportLine {
    package let rowNumber: Int
    /// The physical line of the file, as spreadsheets count rows.
    package let lineNumber: Int
    package let errorType: String
    package let errorMessage: String
    /// Our name of the column that is wrong; nil if the row is.
    package let field: String?
    /// The row as the vendor wrote it.
    package let original: OriginalRow
    private let columns: ReportColumns

    init(_ row: Row, _ columns: ReportColumns) throws {
        rowNumber = try row.get("row_number")
        lineNumber = try row.get("line_number")
        errorType = try row.get("error_type")
        errorMessage = try row.get("error_message")
        field = try row.get("field")
        original = row.withBytes(at: 3) {
            $0.map(OriginalRow.init(json:)) ?? OriginalRow(json: .init(start: nil, count: 0))
        }
        self.columns = columns
    }

    /// A row with nothing else is loaded.
    package var isWarning: Bool { RowErrorType(rawValue: errorType)?.isWarning == true }

    /// What the row has for a field; empty where it has nothing.
    package func value(_ field: ProductField) -> String {
        let name = columns.byField[field.rawValue]
        return (columns.isMapped ? original.mapped[name] : original.cells[name]) ?? ""
    }

    /// The original cells by column; empty where the row has none.
    package var cells: [String] {
        // A row may be short below a header of thousands of columns: nothing is looked for once all is found.
        var missing = original.line.isEmpty ? original.cells.count : 0
        return columns.names.map { name in
            guard missing > 0, let cell = original.cells[name] else { return "" }
            missing -= 1
            return cell
        }
    }
}

/// Where the values of a row stand in `original_data`.
struct ReportColumns {
    let names: [String]
    let isMapped: Bool
    /// The file's name of each field's column.
    let byField: [String]

    init(_ facts: UploadEvent.FileFacts) {
        names = facts.columns
        isMapped = facts.isMapped
        let byName = Dictionary(facts.columns.map { ($0.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
        byField = ProductField.allCases.map { facts.isMapped ? $0.column : byName[$0.column] ?? $0.column }
    }
}

extension Session {
    /// Whether an upload has findings whose report could not be made so far.
    package func isReportGivenUp(_ uploadID: String) throws -> Bool {
        try query(Report.isGivenUp(uploadID))[0].get("is_given_up")
    }

    /// Calls `body` with every error of an upload, in file order. Needs a transaction.
    /// - Parameter facts: the file's columns.
    package func forEachReportLine(
        of uploadID: String, facts: UploadEvent.FileFacts, _ body: (ReportLine) throws -> Void
    ) throws {
        let columns = ReportColumns(facts)
        try stream(Report.select(uploadID)) { try body(ReportLine($0, columns)) }
    }
}
