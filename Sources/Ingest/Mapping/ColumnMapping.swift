package import Catalog
package import Foundation
import Tabular
import Text

/// How the columns of a foreign export become ours: `catalog ingest --map FILE.json`, format in `docs/guides/mappings.md`.
package struct ColumnMapping: Sendable, Decodable {
    /// Where the value of one field comes from. Steps, in this order: `from` and `join` or `constant` or `rowNumber`, `carry`,
    /// `first`, `last`, `number`, `multiply`, `round`, `replace`, `default`, `prefix` and `suffix`.
    package struct Source: Sendable, Decodable {
        /// Columns of the file: the first that is not empty.
        var from: [String]?
        /// All columns that are not empty, with this text between them, instead of the first.
        var join: String?
        var constant: String?
        var rowNumber: Bool?
        /// An empty cell takes the value of the row above.
        var carry: Bool?
        /// Only the part before the first occurrence of this text.
        var first: String?
        /// Only the part after the last occurrence of this text, as the last part of a path.
        var last: String?
        /// The decimal mark, `.` or `,`, or `auto` where the file shows it: currencies and groups are stripped.
        var number: String?
        /// A factor: grams become kilograms by 0.001.
        var multiply: ExactNumber?
        /// Decimals to round to, half up.
        var round: Int?
        var replace: [String: String]?
        var `default`: String?
        var prefix: String?
        var suffix: String?
    }

    var description: String?
    var header = true
    /// One ASCII character; found from the header when missing.
    var separator: String?
    var encoding: String?
    /// Lines above the header, or above the first row; found if there is a header.
    var skipLines = 0
    /// The export put a `'` before texts that a spreadsheet would run.
    var guarded = false
    /// A row in which all of these are empty is not a product and is not counted.
    var skipWhenEmpty: [String] = []
    /// Cells that stand for nothing, compared exactly: `NULL`, `\N`, `n/a`.
    var nullWords: Set<String> = []
    var columns: [String: Source]
    /// Columns that are not ours and are kept; nil leaves it to the vendor.
    var attributes: MappedAttributes?

    private enum Key: String, CodingKey, CaseIterable {
        case description, header, separator, encoding, skipLines, guarded, skipWhenEmpty, nullWords, columns, attributes
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        description = try container.decodeIfPresent(String.self, forKey: .description)
        header = try container.decodeIfPresent(Bool.self, forKey: .header) ?? true
        separator = try container.decodeIfPresent(String.self, forKey: .separator)
        encoding = try container.decodeIfPresent(String.self, forKey: .encoding)
        skipLines = try container.decodeIfPresent(Int.self, forKey: .skipLines) ?? 0
        guarded = try container.decodeIfPresent(Bool.self, forKey: .guarded) ?? false
        skipWhenEmpty = try container.decodeIfPresent([String].self, forKey: .skipWhenEmpty) ?? []
        nullWords = try container.decodeIfPresent(Set<String>.self, forKey: .nullWords) ?? []
        columns = try container.decode([String: Source].self, forKey: .columns)
        attributes = try container.decodeIfPresent(MappedAttributes.self, forKey: .attributes)
    }

    /// Reads a mapping file.
    /// - Throws: `ColumnMappingError` that names the key and what it should be.
    package init(json: Data) throws {
        do {
            self = try JSONDecoder().decode(ColumnMapping.self, from: json)
        } catch let error as DecodingError {
            throw ColumnMappingError(error, in: json)
        }
        try validate()
    }

    var separatorByte: UInt8? { separator?.utf8.first }

    var declaredEncoding: TextEncoding? { encoding.flatMap(TextEncoding.init(named:)) }

    private func validate() throws {
        for name in columns.keys.sorted() where ProductField(column: name) == nil {
            let known = ProductField.allCases.map(\.column).joined(separator: ", ")
            throw ColumnMappingError(reason: "unknown column '\(name)' under \"columns\": expected one of \(known)")
        }
        if let separator, separator.utf8.count != 1 || separator == "\"" {
            throw ColumnMappingError(reason: "separator '\(separator)' must be one ASCII character other than a quote")
        }
        guard (0...1000).contains(skipLines) else {
            throw ColumnMappingError(reason: "skipLines must be from 0 to 1000")
        }
        if let encoding, declaredEncoding == nil {
            throw ColumnMappingError(reason: TextEncoding.remedy(encoding))
        }
        for (name, source) in columns.sorted(by: { $0.key < $1.key }) { try source.validate(name) }
        try attributes?.validate()
    }

    /// Whether it says where the columns come from that a file of this mode must have.
    /// - Throws: `ColumnMappingError`.
    package func check(_ mode: UploadMode) throws {
        for name in mode.missingColumns({ columns[$0.column] != nil }) {
            throw ColumnMappingError(reason: "required column '\(name)' is missing under \"columns\"")
        }
    }

    /// Whether anything in a file with these columns can supply the field.
    func supplies(_ field: ProductField, from names: [String], _ mode: UploadMode) -> Bool {
        columns[field.column]?.isSupplied(by: names, mode) ?? false
    }

    /// Columns of files that something of ours comes from.
    var usedColumns: Set<String> { Set(columns.values.flatMap { $0.from ?? [] } + skipWhenEmpty) }

    /// Our columns that a file with these columns has.
    package func fields(from names: [String], _ mode: UploadMode) -> [ProductField] {
        ProductField.allCases.filter { supplies($0, from: names, mode) }
    }

    /// A row of fewer cells lacks some that a required field may come from.
    func fewestCells(of names: [String]) -> Int {
        let needed = Set(ProductField.required.flatMap { columns[$0.column]?.from ?? [] })
        return 1 + (names.lastIndex(where: needed.contains) ?? -1)
    }

    /// Whether the names can be those of a header.
    func isSupplied(by names: [String], _ mode: UploadMode) -> Bool {
        mode.missingColumns { supplies($0, from: names, mode) }.isEmpty
    }

    /// Every required field must have a source, and no source may be ambiguous.
    func check(against names: [String], _ mode: UploadMode) throws {
        let missing = mode.missingColumns { supplies($0, from: names, mode) }
        guard missing.isEmpty else {
            let fields = missing.compactMap(ProductField.init(column:))
            let wanted = fields.isEmpty ? missing : fields.flatMap { columns[$0.column]?.from ?? [] }
            throw FileFailure.missingColumns(wanted, found: names)
        }
        var sources = Array(columns.values)
        if case .listed(let attributes) = attributes { sources += attributes.map(\.source) }
        for name in Set(sources.flatMap { $0.from ?? [] }).sorted() where names.count(where: { $0 == name }) > 1 {
            throw FileFailure.duplicateColumn(name)
        }
    }
}

extension ColumnMapping.Source {
    /// Whether anything in a file with these columns can supply it. A default fills empty cells; it makes no column that an update
    /// would change.
    func isSupplied(by names: [String], _ mode: UploadMode) -> Bool {
        from.map { $0.contains(where: names.contains) || mode != .update && `default` != nil } ?? true
    }

    func validate(_ name: String) throws {
        guard [nil, ".", ",", "auto"].contains(number) else {
            throw ColumnMappingError(
                reason:
                    "number of '\(name)' must be the decimal mark, \".\" or \",\", or \"auto\" to find it from the file"
            )
        }
        guard (0...6).contains(round ?? 0) else {
            throw ColumnMappingError(reason: "round of '\(name)' must be a number of decimals from 0 to 6")
        }
        for (key, text) in [("first", first), ("last", last)] where text == "" {
            throw ColumnMappingError(reason: "\(key) of '\(name)' must not be empty")
        }
        if join != nil, from == nil { throw ColumnMappingError(reason: "join of '\(name)' wants \"from\"") }
    }
}

/// A decimal number, written as a number or as text.
struct ExactNumber: Sendable, Decodable {
    let value: Decimal

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let number = try? container.decode(Decimal.self)  // else it is text
        let value = try number ?? Decimal(whole: container.decode(String.self))
        // More digits and a product would not be exact.
        guard let value, value.isFinite, value.description.count <= 16 else {
            throw ColumnMappingError(reason: "multiply must be a number of at most 15 digits")
        }
        self.value = value
    }
}

/// A mapping file that cannot be used.
package struct ColumnMappingError: Error, CustomStringConvertible {
    var reason: String

    init(reason: String) {
        self.reason = reason
    }

    init(_ error: DecodingError, in json: Data) {
        switch error {
        case .dataCorrupted:
            // The decoder says the same of a broken text and of 2.5 where a whole number is wanted.
            let isJSON = (try? JSONSerialization.jsonObject(with: json)) != nil  // an error is the answer no
            reason = isJSON ? "round and skipLines must be whole numbers" : "it is not valid JSON"
        case .keyNotFound(let key, _): reason = "key \"\(key.stringValue)\" is missing"
        case .typeMismatch(let type, let context): reason = "\(Self.place(context)) must be \(Self.name(type))"
        case .valueNotFound(let type, let context):
            reason = "\(Self.place(context)) must be \(Self.name(type)), not null"
        @unknown default: reason = "\(error)"
        }
    }

    /// `"columns.price.from[0]"`.
    private static func place(_ context: DecodingError.Context) -> String {
        let path = context.codingPath.reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += (path.isEmpty ? "" : ".") + key.stringValue
            }
        }
        return path.isEmpty ? "the file" : "\"\(path)\""
    }

    /// What JSON calls a type.
    private static func name(_ type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a text in quotes"
        case is Bool.Type: "true or false"
        case is Int.Type, is Double.Type: "a number"
        default: "\(type)".hasPrefix("Array") ? "a list in square brackets" : "an object in braces"
        }
    }

    /// What is wrong, and where the format is described.
    package var description: String { "cannot use the mapping: \(reason); the format is in docs/guides/mappings.md" }
}
