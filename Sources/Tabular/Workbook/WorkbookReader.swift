import CSV
import Text

/// What was found out about a workbook.
package struct WorkbookFacts: Equatable, Sendable {
    /// The sheet that was read.
    package var sheet: String
    /// Rows of it that nobody sees, and that were not read.
    package var hiddenRows: Int
    /// Visible sheets that were not read.
    package var otherSheets: [String]
}

/// Turns one sheet of a workbook into CSV text, a record for each row of the sheet, so that records have Excel's numbers.
struct WorkbookReader {
    /// Bytes that may come out of the archive for each byte of the largest file: a table has many more bytes as XML than as text.
    static let inflation = 16
    /// Rows in which the header is looked for.
    private static let sampleRows = 30

    private let archive: WorkbookArchive
    private let parts: WorkbookParts
    private let values: CellValues
    private let limits: FileLimits

    /// - Throws: `XMLPullError`, `ZIPError`, `FileFailure`; errors of the disk.
    init(_ archive: WorkbookArchive, limits: FileLimits) throws {
        self.archive = archive
        self.limits = limits
        parts = try WorkbookParts(archive)
        values = CellValues(
            strings: try parts.strings.map {
                try SharedStrings(
                    archive.parser($0), limit: limits.maximumFileBytes * 4, longest: limits.maximumRecordBytes)
            } ?? SharedStrings(),
            styles: try parts.styles.map { try CellStyles(archive.parser($0)) } ?? CellStyles(),
            since1904: parts.since1904, longest: limits.maximumRecordBytes)
    }

    /// The sheet of a name, or the first visible one with a header.
    /// - Parameter isHeader: whether names can be those of the header.
    /// - Throws: `FileFailure.noSuchSheet`, `.emptyWorkbook`.
    func chooseSheet(_ name: String?, isHeader: ([String]) -> Bool) throws -> ChosenSheet {
        if let name {
            let found =
                parts.sheets.first { $0.name == name }
                ?? parts.sheets.first { $0.name.lowercased() == name.lowercased() }
            guard let found else { throw FileFailure.noSuchSheet(name, found: parts.sheets.map(\.name)) }
            return ChosenSheet(sheet: found, headerRow: headerRow(try sample(found), isHeader)?.row ?? 0)
        }
        var best: (rank: Int, chosen: ChosenSheet)?
        for sheet in parts.sheets where sheet.isVisible {
            guard let header = headerRow(try sample(sheet), isHeader) else { continue }
            if header.rank > best?.rank ?? 0 {
                best = (header.rank, ChosenSheet(sheet: sheet, headerRow: header.row))
            }
            if header.rank == 3 { break }
        }
        guard let best else { throw FileFailure.emptyWorkbook }
        return best.chosen
    }

    struct ChosenSheet {
        let sheet: WorkbookSheet
        /// As Excel counts it; 0 if there is none.
        let headerRow: Int
    }

    private func sample(_ sheet: WorkbookSheet) throws -> [(row: Int, names: [String])] {
        var rows: [(Int, [String])] = []
        var reader = SheetReader(try archive.parser(sheet.part), values: values)
        try reader.forEachRow { row in
            if !row.isHidden, !row.isEmpty { rows.append((row.number, row.texts)) }
            return rows.count < Self.sampleRows
        }
        return rows
    }

    /// The row that fits as a header (3), else the first that has several cells (2), else any (1).
    private func headerRow(
        _ rows: [(row: Int, names: [String])], _ isHeader: ([String]) -> Bool
    ) -> (row: Int, rank: Int)? {
        if let fitting = rows.first(where: { isHeader($0.names.map { CellText.string($0).trimmed() }) }) {
            return (fitting.row, 3)
        }
        if let wide = rows.first(where: { $0.names.count { !$0.isEmpty } > 1 }) { return (wide.row, 2) }
        return rows.first.map { ($0.row, 1) }
    }

    /// Writes the rows of a sheet.
    /// - Parameter write: takes CSV text; called once more from the beginning if `restart` was.
    /// - Throws: `XMLPullError`, `ZIPError`, `FileFailure`; what `write` throws.
    func write(
        _ chosen: ChosenSheet, restart: () throws -> Void, write: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> WorkbookFacts {
        let others = parts.sheets.filter { $0.isVisible && $0 != chosen.sheet }.map(\.name)
        var merged = MergedCells()
        for attempt in 1...2 {
            var writer = SheetWriter(headerRow: chosen.headerRow, limit: limits.maximumFileBytes)
            var reader = SheetReader(try archive.parser(chosen.sheet.part), values: values)
            try reader.forEachRow { row in
                merged.fill(&row)
                try writer.add(row, write)
                return true
            }
            try writer.finish(write)
            // Where cells are merged stands behind the rows.
            merged = reader.merged
            if merged.isEmpty || attempt == 2 {
                return WorkbookFacts(sheet: chosen.sheet.name, hiddenRows: writer.hiddenRows, otherSheets: others)
            }
            merged.sort()
            try restart()
        }
        preconditionFailure("the second attempt returns")
    }
}
