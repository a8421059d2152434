package import Catalog
import Postgres
import Tabular

/// A row as it would be loaded, with what the rules of a load say of it.
package struct CheckedRow: Sendable {
    /// 1 is the first data record.
    package let number: Int
    /// One for each `ProductField`, by raw value; nil for a row that cannot be split.
    package let values: [String]?
    /// Warnings among them.
    package fileprivate(set) var errors: [RowError]
    /// Whether a quotation mark of it is not closed.
    let isOpen: Bool

    /// Whether it would be loaded.
    package var isGood: Bool { errors.allSatisfy(\.type.isWarning) }

    fileprivate init(_ row: SourceRow, _ errors: [RowError]) {
        number = row.number
        self.errors = errors
        switch row.content {
        case .product(let product):
            values = ProductField.allCases.map { product.text($0) }
            isOpen = false
        case .malformed(let malformation):
            values = nil
            isOpen = malformation.isOpenQuote
        }
    }
}

/// Checks rows of a file by the rules of a load, without one: rules 1 to 4 and 7 and those of one's own, and 5 and 6 against the
/// catalogue as it is.
struct TrialRows {
    let session: Session
    let vendorID: String
    let mode: UploadMode
    let emptyCells: EmptyCells
    let isWorkbook: Bool
    /// Whether two rows may not have the same key; not of rows that are looked at one by one.
    let comparesRows: Bool

    /// - Parameter most: rows of the file that are looked at.
    func check(_ spooled: SpooledUpload, _ layout: ProductLayout, most: Int = .max) throws -> [CheckedRow] {
        let checker = try RowChecker(
            session.rowConditions(vendorID: vendorID), layout, emptyCells, isWorkbook: isWorkbook)
        var rows: [CheckedRow] = []
        var verdicts = RowVerdicts()
        var duplicates = DuplicateChecker(session: session, vendorID: vendorID, mode: mode, key: layout.key)
        let reader = try RowReader(spooled, layout)
        let keys = try session.collectKeys { () throws -> RowKeys? in
            while rows.count < most, let row = try reader.next() {
                var found: [RowError] = []
                checker.check(row, &found)
                rows.append(CheckedRow(row, found))
                let isValid = found.allSatisfy(\.type.isWarning)
                verdicts.add(row.number, isValid: isValid)
                guard case .product(let product) = row.content else { continue }
                if comparesRows, isValid { duplicates.note(product, row: row.number) }
                if comparesRows, !isValid { duplicates.compare(product, row: row.number) }
                if let keys = RowKeys(product, row: row.number) { return keys }
            }
            return nil
        }
        guard !rows.isEmpty else { return [] }
        try duplicates.finish(keys)
        try duplicates.judge(&verdicts)
        try add(duplicates, verdicts, to: &rows, RowReader(spooled, layout))
        return rows
    }

    /// Adds what is wrong with keys, which is known after all rows were read.
    private func add(
        _ duplicates: DuplicateChecker, _ verdicts: RowVerdicts, to rows: inout [CheckedRow], _ reader: RowReader
    ) throws {
        for index in rows.indices {
            guard let row = try reader.next() else { return }
            guard case .product(let product) = row.content else { continue }
            rows[index].errors += duplicates.errors(product, row: row.number, verdicts)
        }
    }
}
