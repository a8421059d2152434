import CSV
import Catalog
import Storage
import Tabular
import Text

/// Collects the errors of one row after the other into the line that gives the row back.
struct RejectedRows {
    private static let own = ["_row", "_line", "_errors"]

    private let sheet: any RejectedSheet
    private(set) var count = 0
    private var current: (line: ReportLine, isRejected: Bool, errors: [String], fields: Set<String>)?
    private let columns: [String]
    /// All columns but those that this file adds, which an uploaded one of an earlier round brings along.
    private let kept: [Int]
    /// Where among the kept ones a field stands.
    private let places: ColumnsByField

    init(_ sheet: any RejectedSheet, columns: [String]) {
        self.sheet = sheet
        self.columns = columns
        // A column of the name under which a row without cells is kept has been renamed.
        kept = columns.indices.filter { !Self.own.contains(columns[$0]) && columns[$0] != "_line_2" }
        places = ColumnsByField(kept.map { columns[$0] })
    }

    func writeHeader() throws { try sheet.header(kept.map { columns[$0] } + Self.own) }

    mutating func add(_ line: ReportLine) throws {
        if current?.line.rowNumber != line.rowNumber {
            try flush()
            current = (line, false, [], [])
        }
        if !line.isWarning { current?.isRejected = true }
        current?.errors.append(line.errorMessage)
        if let field = line.field { current?.fields.insert(field) }
    }

    mutating func finish() throws {
        try flush()
        try sheet.finish()
    }

    private mutating func flush() throws {
        guard let row = current, row.isRejected else { return }
        count += 1
        let whole = Self.wholeLine(row.line).map { ", the line is: \($0)" } ?? ""
        let about = [
            String(row.line.rowNumber), String(row.line.lineNumber), row.errors.joined(separator: "; ") + whole,
        ]
        let cells = row.line.cells
        let bad = places.indices(of: row.fields)
        // Below a mapping the columns have other names: then the messages are all there is to see.
        try sheet.row(kept.map { cells[$0] } + about, bad: bad.isEmpty ? [kept.count + 2] : bad)
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

/// The file of rejected rows.
protocol RejectedSheet: AnyObject {
    func header(_ names: [String]) throws
    /// - Parameter bad: columns in which something is wrong.
    func row(_ cells: [String], bad: Set<Int>) throws
    func finish() throws
}

/// As CSV.
final class RejectedText: RejectedSheet {
    private let file: TemporaryFile
    private var csv = CSVWriter()

    init(_ file: TemporaryFile) {
        self.file = file
        csv.bytes = ErrorReport.byteOrderMark
    }

    func header(_ names: [String]) throws { try row(names, bad: []) }

    func row(_ cells: [String], bad: Set<Int>) throws {
        for cell in cells { csv.field(cell) }
        csv.endRecord()
        if csv.bytes.count > 1 << 16 { try finish() }
    }

    func finish() throws { try file.drain(&csv) }
}

/// As a workbook, with what is wrong in red.
final class RejectedWorkbook: RejectedSheet {
    private let writer: WorkbookWriter
    private var isNumber: [Bool] = []
    private var hasSheet = false

    init(_ file: TemporaryFile) {
        writer = WorkbookWriter(write: file.write)
    }

    func header(_ names: [String]) throws {
        isNumber = names.map { name in
            name == "_row" || name == "_line" || ProductField(column: name.lowercased())?.decimals != nil
        }
        try begin(names.map { ($0 == "_errors" ? 80 : min(40, max(12, $0.count + 2)), .plain) })
        try writer.row(names.map { .text($0, .header) })
    }

    func row(_ cells: [String], bad: Set<Int>) throws {
        if !hasSheet { try begin([]) }
        try writer.row(
            cells.enumerated().map { column, cell in
                let style: WorkbookStyle = bad.contains(column) ? .bad : .plain
                return isNumber.indices.contains(column) && isNumber[column] ? .number(cell, style) : .text(cell, style)
            })
    }

    func finish() throws {
        if !hasSheet { try begin([]) }
        try writer.finish()
    }

    private func begin(_ columns: [(width: Int, style: WorkbookStyle)]) throws {
        hasSheet = true
        try writer.beginSheet(.init("Rejected rows", columns: columns, hasHeader: !columns.isEmpty))
    }
}
