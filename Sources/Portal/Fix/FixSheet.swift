import API
import Catalog
import Foundation
import Ingest
import Postgres

/// The file whose rows are corrected.
struct FixSheet: Sendable {
    let line: UploadLine
    /// As its header has them, or ours where it was read with a mapping.
    let columns: [String]
    let cells: RejectedCells
    /// Whether it is a workbook, whose cells may have error values.
    let isWorkbook: Bool
    /// Where a finding's field stands among the columns.
    let places: ColumnsByField

    init(line: UploadLine, columns: [String], cells: RejectedCells, isWorkbook: Bool) {
        (self.line, self.columns, self.cells, self.isWorkbook) = (line, columns, cells, isWorkbook)
        places = ColumnsByField(columns)
    }

    /// As it was loaded.
    var upload: Upload {
        var upload = Upload(
            uploadID: line.uploadID, vendorID: line.vendorID, fileName: line.fileName,
            mode: UploadMode(rawValue: line.mode) ?? .create, policy: UploadPolicy(rawValue: line.policy) ?? .loadValid,
            objectKey: "")
        upload.emptyCells = EmptyCells(rawValue: line.emptyCells) ?? .clear
        return upload
    }

    /// The file's name of a column, whatever its case.
    func column(_ name: String) -> String? { columns.first { $0.lowercased() == name.lowercased() } }

    /// What is wrong with rows now: with those that were changed by the rules, with the others what it was.
    func checked(_ rows: [CorrectedRow], _ session: Session) throws -> [FixRow] {
        let upload = upload
        let trial = RowTrial(
            columns: columns, vendorID: upload.vendorID, mode: upload.mode, emptyCells: upload.emptyCells,
            isWorkbook: isWorkbook)
        let changed = rows.filter(\.isChanged)
        let errors = try trial.errors(of: changed.map(\.cells), session)
        let byRow = Dictionary(zip(changed.map(\.rowNumber), errors)) { first, _ in first }
        return rows.map { row in
            guard row.isChanged else { return FixRow(row: row, findings: row.findings) }
            let now = byRow[row.rowNumber] ?? []
            return FixRow(
                row: row,
                findings: now.map { .init(field: $0.column, message: $0.message, isWarning: $0.type.isWarning) })
        }
    }
}

/// A row of the grid.
struct FixRow: Sendable {
    let row: CorrectedRow
    /// As it stands now.
    let findings: [CorrectedRow.Finding]

    /// Whether it would be loaded.
    var isGood: Bool { findings.allSatisfy { $0.isWarning == true } }

    /// Where the cells that must change stand among the columns.
    func wrong(in sheet: FixSheet) -> Set<Int> {
        sheet.places.indices(of: findings.lazy.compactMap { $0.isWarning == true ? nil : $0.field })
    }
}

/// A page of the grid.
struct FixDraft: Sendable {
    let sheet: FixSheet
    let rows: [FixRow]
    /// Rows of the upload that can be corrected, and how many have been.
    let all, changed: Int
    let hasMore: Bool
}

/// What a form brings: cells by row, named `row.column` by numbers.
struct FixForm: Sendable {
    private var cells: [Int: [String: String]] = [:]

    /// - Throws: `Problem`, where a name is none of the grid's.
    init(_ fields: [(name: String, value: String)], columns: [String]) throws {
        for (name, value) in fields {
            let parts = name.split(separator: ".").compactMap { Int($0) }
            guard parts.count == 2, columns.indices.contains(parts[1]), parts[0] > 0, parts[0] <= Int(Int32.max),
                !value.utf8.contains(0)
            else { throw Problem(.invalidBody, "the form has a field that is none of the grid's") }
            cells[parts[0], default: [:]][columns[parts[1]]] = value
        }
    }

    var rowNumbers: [Int] { cells.keys.sorted() }

    /// A row with what the form changes; nil if that is nothing. A field of one line has no line ends, which is no change.
    func changed(_ row: CorrectedRow) -> CorrectedRow? {
        var cells = row.cells
        for (column, value) in self.cells[row.rowNumber] ?? [:] {
            let known = cells[column] ?? ""
            guard known != value, known.filter({ !$0.isNewline }) != value.filter({ !$0.isNewline }) else { continue }
            cells[column] = value
        }
        return cells == row.cells ? nil : CorrectedRow(changed: row, to: cells)
    }
}
