import CSV
import Catalog
import Tabular

/// Which column of a file holds which field of a product.
package struct ProductLayout {
    package let file: FileLayout
    let mapping: ColumnMapping?
    /// Column of each field by raw value, without a mapping.
    let positions: [Int?]

    var format: CSVFormat { file.format }
    var columns: [String] { file.columns }
    var hasHeader: Bool { file.hasHeader }

    /// Optional fields that no column supplies.
    var absentFields: [ProductField] {
        ProductField.optional.filter { field in
            mapping.map { !$0.supplies(field, from: columns) } ?? (positions[field.rawValue] == nil)
        }
    }

    /// Reads the first record of the spool.
    /// - Throws: `FileFailure`.
    package init(_ upload: SpooledUpload, mapping: ColumnMapping?, limits: FileLimits) throws {
        self.mapping = mapping
        file = try FileLayout(
            upload, separator: mapping?.separatorByte, hasHeader: mapping?.header ?? true, limits: limits)
        if let mapping {
            positions = []
            try mapping.check(against: file.names)
        } else {
            positions = try Self.positions(file.names)
        }
    }

    private static func positions(_ names: [String]) throws -> [Int?] {
        var positions: [Int?] = Array(repeating: nil, count: ProductField.allCases.count)
        for (index, name) in names.enumerated() {
            guard let field = ProductField(column: name.lowercased()) else { continue }
            guard positions[field.rawValue] == nil else { throw FileFailure.duplicateColumn(field.column) }
            positions[field.rawValue] = index
        }
        let missing = ProductField.required.filter { positions[$0.rawValue] == nil }
        guard missing.isEmpty else { throw FileFailure.missingColumns(missing.map(\.column), found: names) }
        return positions
    }
}
