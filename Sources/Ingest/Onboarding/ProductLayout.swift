package import CSV
package import Catalog
package import Tabular

/// Which column of a file holds which field of a product.
package struct ProductLayout {
    package let file: FileLayout
    let mapping: ColumnMapping?
    /// An update wants fewer columns.
    let mode: UploadMode
    /// Column of each field by raw value, without a mapping.
    let positions: [Int?]
    /// A row of fewer cells lacks some of a required field.
    let fewestCells: Int
    /// Columns that are not ours and are kept.
    let attributes: [AttributeColumn]
    /// What the file's own numbers show, with a mapping.
    private(set) var numbers = NumberStyle()

    package var format: CSVFormat { file.format }
    var columns: [String] { file.columns }
    var hasHeader: Bool { file.hasHeader }

    /// Fields that a column supplies, and those that none does.
    var presentFields: [ProductField] { ProductField.allCases.filter(supplies) }
    var absentFields: [ProductField] { ProductField.allCases.filter { !supplies($0) } }

    /// The column that says which product a row is about.
    var key: ProductField { mode == .update && !supplies(.vendorProductID) ? .sku : .vendorProductID }

    /// What every row must fill. An update may leave out anything but the key, and cells that keep what is stored.
    func requiredFields(_ empty: EmptyCells) -> [ProductField] {
        guard mode == .update else { return ProductField.required }
        return ProductField.required.filter { $0 == key || supplies($0) && empty == .clear }
    }

    private func supplies(_ field: ProductField) -> Bool {
        mapping?.supplies(field, from: columns, mode) ?? (positions[field.rawValue] != nil)
    }

    /// Reads the first record of the spool.
    /// - Parameter keepsAttributes: whether the vendor keeps columns that are not ours.
    /// - Throws: `FileFailure`; `UploadFailure` if a column that is kept cannot be.
    package init(
        _ upload: SpooledUpload, mapping: ColumnMapping?, mode: UploadMode = .create, keepsAttributes: Bool = false,
        limits: FileLimits
    ) throws {
        self.mapping = mapping
        self.mode = mode
        file = try FileLayout(
            upload, separator: mapping?.separatorByte, hasHeader: mapping?.header ?? true,
            skippedLines: mapping?.skipLines ?? 0, limits: limits
        ) { Self.isHeader($0, mapping, mode) }
        if let mapping {
            positions = []
            fewestCells = mapping.fewestCells(of: file.names)
            try mapping.check(against: file.names, mode)
            attributes = try AttributeColumn.all(of: file, mapping, mode, keepsOthers: keepsAttributes)
        } else {
            let found = try Self.positions(file.names, mode)
            positions = found
            fewestCells = 1 + (ProductField.required.compactMap { found[$0.rawValue] }.max() ?? 0)
            attributes = try AttributeColumn.all(of: file.names, keepsOthers: keepsAttributes)
        }
    }

    /// Whether names can be those of the header.
    static func isHeader(_ names: [String], _ mapping: ColumnMapping?, _ mode: UploadMode) -> Bool {
        mapping?.isSupplied(by: names, mode) ?? mode.isSupplied(by: names)
    }

    /// Reads the whole file once more, if a mapping reads numbers of it.
    /// - Throws: `FileFailure` if they can be read in two ways.
    mutating func findNumberStyle(in upload: SpooledUpload) throws {
        guard let mapping, mapping.columns.values.contains(where: { $0.number != nil }) else { return }
        var style = NumberStyle()
        try RowReader(upload, self).forEachNumber { row, field, text, isOpen in
            try style.see(text, field, row: row, isOpen: isOpen)
        }
        try style.finish()
        numbers = style
    }

    private static func positions(_ names: [String], _ mode: UploadMode) throws -> [Int?] {
        var positions: [Int?] = Array(repeating: nil, count: ProductField.allCases.count)
        for (index, name) in names.enumerated() {
            guard let field = ProductField(column: name.lowercased()) else { continue }
            guard positions[field.rawValue] == nil else { throw FileFailure.duplicateColumn(field.column) }
            positions[field.rawValue] = index
        }
        let missing = mode.missingColumns { positions[$0.rawValue] != nil }
        guard missing.isEmpty else { throw FileFailure.missingColumns(missing, found: names) }
        return positions
    }
}

extension UploadMode {
    /// Names of the columns that a file of this mode must have and has not.
    func missingColumns(_ has: (ProductField) -> Bool) -> [String] {
        guard self == .update else { return ProductField.required.filter { !has($0) }.map(\.column) }
        let keys: [ProductField] = [.vendorProductID, .sku]
        return keys.contains(where: has) ? [] : [keys.map(\.column).joined(separator: " or ")]
    }

    /// Whether a file with these columns needs no mapping.
    func isSupplied(by names: [String]) -> Bool {
        let known = Set(names.map { $0.lowercased() })
        return missingColumns { known.contains($0.column) }.isEmpty
    }
}
