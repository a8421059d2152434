import Catalog
import Tabular

/// A column of a file that is kept as an attribute.
struct AttributeColumn: Sendable {
    let name: String
    /// Where the values come from; of a file without a mapping the column itself.
    let source: ColumnMapping.Source
    /// The same as places in a record.
    let positions: [Int]

    /// Columns of our own exports and reports that are no values of a product.
    private static let ours: Set = ["vendor_id", "status", "_row", "_line", "_errors"]

    /// Of a file without a mapping: what is not ours, if the vendor keeps that, and what says that it is an attribute.
    /// - Throws: as `checked`.
    static func all(of names: [String], keepsOthers: Bool) throws -> [AttributeColumn] {
        var found: [AttributeColumn] = []
        for (index, column) in names.enumerated() {
            let plain = column.lowercased()
            guard ProductField(column: plain) == nil, !ours.contains(plain) else { continue }
            // Most columns that are not kept are told apart without a look at their form.
            guard keepsOthers || plain.contains("attribute") else { continue }
            let (name, isPrefixed) = AttributeName.of(column: column)
            guard !name.isEmpty, keepsOthers || isPrefixed else { continue }
            found.append(AttributeColumn(name: name, source: .init(from: [column]), positions: [index]))
        }
        return try checked(found)
    }

    /// Of a file with a mapping, which has the first word.
    /// - Parameter keepsOthers: what the vendor does where the mapping says nothing.
    /// - Throws: as `checked`.
    static func all(
        of file: FileLayout, _ mapping: ColumnMapping, _ mode: UploadMode, keepsOthers: Bool
    ) throws -> [AttributeColumn] {
        switch mapping.attributes ?? (keepsOthers && file.hasHeader ? MappedAttributes.all : MappedAttributes.none) {
        case .none: return []
        case .all:
            let used = mapping.usedColumns.union(["_row", "_line", "_errors"])
            return try checked(
                file.names.enumerated().compactMap { index, column in
                    let name = AttributeName.of(column: column).name
                    guard !name.isEmpty, !used.contains(column) else { return nil }
                    return AttributeColumn(name: name, source: .init(from: [column]), positions: [index])
                })
        case .listed(let sources):
            let positions = Dictionary(
                file.names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
            return try checked(
                sources.compactMap { name, source in
                    guard source.isSupplied(by: file.names, mode) else { return nil }
                    return AttributeColumn(
                        name: name, source: source, positions: (source.from ?? []).compactMap { positions[$0] })
                })
        }
    }

    /// - Throws: `FileFailure` if two columns have one name, `UploadFailure` if a name is too long.
    private static func checked(_ columns: [AttributeColumn]) throws -> [AttributeColumn] {
        var names: Set<String> = []
        for column in columns {
            guard column.name.unicodeScalars.count <= AttributeName.longest else {
                throw UploadFailure.attributeNameTooLong(column.name)
            }
            guard names.insert(column.name).inserted else { throw FileFailure.duplicateColumn(column.name) }
        }
        return columns
    }
}
