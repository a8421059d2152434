import Postgres

/// The statement behind the error report and the rejected rows.
enum Report {
    /// Every error with the product's values for the error report and, in `columns`' order, the original cells.
    /// - Parameters:
    ///   - values: where in `original_data` the five values of the report stand, as paths.
    ///   - columns: names of the file's columns.
    static func select(_ uploadID: String, values: [[String]], columns: [String]) -> Statement {
        var statement: Statement = """
            select row_number, error_type, error_message, coalesce(original_data ->> '_line', '') as line
            """
        for path in values { statement += ", original_data #>> \(path)::text[]" }
        for column in columns { statement += ", original_data ->> \(column)::text" }
        statement += """
             from catalog.validation_errors where upload_id = \(uploadID)::text order by row_number, error_id
            """
        return statement
    }
}

/// One error with the row it belongs to, as text; values and cells are empty where the row has none.
public struct ReportLine {
    public let rowNumber: Int
    public let errorType: String
    public let errorMessage: String
    /// A row that could not be split into fields; empty otherwise.
    public let rawLine: String
    private let row: Row
    private let valueCount: Int
    private let columnCount: Int

    init(_ row: Row, valueCount: Int, columnCount: Int) throws {
        rowNumber = try row.get("row_number")
        errorType = try row.get("error_type")
        errorMessage = try row.get("error_message")
        rawLine = try row.get("line")
        self.row = row
        self.valueCount = valueCount
        self.columnCount = columnCount
    }

    /// The value of the n-th report field.
    public func value(_ index: Int) -> String { row[4 + index] ?? "" }

    /// The original cells by column.
    public var cells: [String] { (0..<columnCount).map { row[4 + valueCount + $0] ?? "" } }
}

extension Session {
    /// Calls `body` with every error of an upload, in file order. Needs a transaction.
    /// - Parameters:
    ///   - fields: the product values wanted of each row.
    ///   - facts: the file's columns.
    public func forEachReportLine(
        of uploadID: String, fields: [ProductField], facts: UploadEvent.FileFacts, _ body: (ReportLine) throws -> Void
    ) throws {
        let paths = fields.map { field in
            facts.isMapped
                ? ["_mapped", field.column]
                : [facts.columns.first { $0.lowercased() == field.column } ?? field.column]
        }
        try stream(Report.select(uploadID, values: paths, columns: facts.columns)) { row in
            try body(ReportLine(row, valueCount: paths.count, columnCount: facts.columns.count))
        }
    }
}
