/// Writes a workbook (ECMA-376) as a stream, in constant memory: one sheet after the other, row by row. Equal input gives equal bytes.
///
/// `beginSheet`, `row` as often as needed, then the next sheet or `finish`. Useless after an error of the sink.
package final class WorkbookWriter {
    /// What a sheet has beside its cells.
    package struct Sheet {
        /// At most 31 characters, none of `[]:*?/\`.
        package var name: String
        /// Width in characters and look of each column.
        package var columns: [(width: Int, style: WorkbookStyle)]
        /// Cells of a column, from the second row on, that have to be one of the values in a range such as `Lists!$A$1:$A$9`.
        package var choices: [(column: Int, range: String)]
        /// The first row stays in sight.
        package var hasHeader: Bool

        package init(
            _ name: String, columns: [(width: Int, style: WorkbookStyle)] = [],
            choices: [(column: Int, range: String)] = [], hasHeader: Bool = true
        ) {
            (self.name, self.columns, self.choices, self.hasHeader) = (name, columns, choices, hasHeader)
        }
    }

    /// A value and how it looks.
    package struct Cell {
        var text: String
        var isNumber: Bool
        var style: WorkbookStyle

        package static func text(_ text: String, _ style: WorkbookStyle = .plain) -> Cell {
            Cell(text: text, isNumber: false, style: style)
        }

        /// As a number if it is written as Excel would show it, else as text.
        package static func number(_ text: String, _ style: WorkbookStyle = .plain) -> Cell {
            Cell(text: text, isNumber: CellNumber.isShown(text), style: style)
        }
    }

    /// Rows of a sheet, at most.
    package static let mostRows = CellReference.mostRows
    /// Cells of a row, at most.
    package static let mostColumns = CellReference.mostColumns

    private let archive: ZIPWriter
    private var names: [String] = []
    private var sheet: Sheet?
    private var bytes: [UInt8] = []
    /// Rows of the current sheet so far.
    package private(set) var rowCount = 0

    /// - Parameter write: takes the bytes of the workbook, valid only during the call.
    package init(write: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        archive = ZIPWriter(write: write)
    }

    /// Begins a sheet. Throws what the sink throws.
    package func beginSheet(_ sheet: Sheet) throws {
        try endSheet()
        names.append(sheet.name)
        (self.sheet, rowCount) = (sheet, 0)
        try archive.begin("xl/worksheets/sheet\(names.count).xml")
        put(WorkbookText.head(sheet, isFirst: names.count == 1))
    }

    /// Adds a row. Throws what the sink throws.
    package func row(_ cells: [Cell]) throws {
        rowCount += 1
        precondition(rowCount <= Self.mostRows, "a sheet has \(Self.mostRows) rows at most")
        put("<row r=\"\(rowCount)\">")
        for (column, cell) in cells.enumerated() where !cell.text.isEmpty || cell.style != .plain { put(cell, column) }
        put("</row>")
        if bytes.count > 1 << 16 { try flush() }
    }

    /// Ends the last sheet and the workbook. Throws what the sink throws.
    package func finish() throws {
        try endSheet()
        for (name, text) in WorkbookText.parts(names) { try archive.add(name, text) }
        try archive.finish()
    }

    private func put(_ cell: Cell, _ column: Int) {
        put("<c r=\"\(CellReference.letters(column))\(rowCount)\" s=\"\(cell.style.rawValue)\"")
        if cell.text.isEmpty {
            put("/>")
        } else if cell.isNumber {
            put("><v>\(cell.text)</v></c>")
        } else {
            put(" t=\"inlineStr\"><is><t xml:space=\"preserve\">")
            WorkbookText.escape(cell.text, into: &bytes)
            put("</t></is></c>")
        }
    }

    private func put(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private func flush() throws {
        try bytes.withUnsafeBytes(archive.write)
        bytes.removeAll(keepingCapacity: true)
    }

    private func endSheet() throws {
        guard let sheet else { return }
        put(WorkbookText.foot(sheet))
        try flush()
        try archive.end()
        self.sheet = nil
    }
}

extension CellReference {
    /// `A`, `Z`, `AA` for 0, 25, 26.
    static func letters(_ column: Int) -> String {
        let last = String(UnicodeScalar(UInt8(65 + column % 26)))
        return column < 26 ? last : letters(column / 26 - 1) + last
    }
}

extension CellNumber {
    /// Whether a text is a number as Excel writes it: reading it back gives the same text.
    static func isShown(_ text: String) -> Bool {
        guard text.utf8.count <= 16, text.utf8.allSatisfy({ $0 &- 0x30 < 10 || $0 == 0x2E || $0 == 0x2D }) else {
            return false
        }
        return Double(text).map { String(decoding: CellNumber($0).text(), as: UTF8.self) == text } ?? false
    }
}
