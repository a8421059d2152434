package import Catalog
import CSV
import Foundation
package import Storage
package import Tabular
import Text

/// A mapping that is proposed for a file, from its header and its first hundred rows. Nothing of it is applied by itself.
package struct MappingSuggestion: Sendable {
    private static let rows = 100

    /// In the order of our columns.
    package private(set) var guesses: [MappingGuess]
    /// Columns of the file, as in its header.
    package let columns: [String]
    private let guesser: MappingGuesser
    /// Required columns that nothing in the file looks like.
    package var missing: [ProductField] {
        ProductField.required.filter { field in !guesses.contains { $0.field == field } }
    }
    /// Columns of the file that nothing is taken from.
    package var unused: [String] {
        let used = Set(guesses.flatMap(\.columns))
        return columns.filter { !used.contains($0) }
    }
    /// Whether the file has our columns as it is.
    package var isOurs: Bool { UploadMode.create.isSupplied(by: columns) }

    /// - Throws: `UploadFailure` if the file cannot be read.
    package init(of source: any ByteSource, encoding: String? = nil, limits: FileLimits) throws {
        do {
            let declared = try encoding.map(TextEncoding.known)
            let reader = UploadReader(limits: limits, declaredEncoding: declared, takesJSON: true) {
                Self.looksLikeHeader($0)
            }
            let spooled = try reader.read(source) { _ in }
            try self.init(spooled, FileLayout(spooled, limits: limits) { Self.looksLikeHeader($0) })
        } catch let failure as FileFailure {
            throw UploadFailure(failure)
        }
    }

    /// - Throws: `FileFailure`.
    init(_ spooled: SpooledUpload, _ layout: FileLayout) throws {
        let rows = CSVReader(format: layout.format, spooled.spool)
        _ = try rows.nextRow()  // the header
        var values: [[String]] = Array(repeating: [], count: layout.names.count)
        for _ in 0..<Self.rows {
            guard let record = try rows.nextRow() else { break }
            for (column, cell) in record.names.prefix(values.count).enumerated() { values[column].append(cell) }
        }
        self.init(columns: layout.names, values: values)
    }

    /// - Parameter values: of each column.
    init(columns: [String], values: [[String]]) {
        self.columns = columns
        guesser = MappingGuesser(columns: columns, values: values)
        guesses = guesser.guesses()
    }

    /// Takes another column of the file for one of ours, or none, because a person says so.
    mutating func choose(_ field: ProductField, column: Int?) {
        guesses.removeAll { $0.field == field }
        guard let column, columns.indices.contains(column) else { return }
        guesses.append(guesser.chosen(field, column))
        guesses.sort { $0.field.rawValue < $1.field.rawValue }
    }

    /// Gives every row the same value, as a person says.
    mutating func choose(_ field: ProductField, constant: String) {
        var guess = MappingGuess(field, [], .chosen, why: "the same for every row")
        guess.constant = constant
        guesses.removeAll { $0.field == field }
        guesses.append(guess)
        guesses.sort { $0.field.rawValue < $1.field.rawValue }
    }

    static func looksLikeHeader(_ names: [String]) -> Bool {
        names.lazy.filter { ColumnLookup.known(ColumnName($0)) != nil }.prefix(2).count == 2
    }

    /// A mapping file as `docs/guides/mappings.md` describes it.
    /// - Parameter includesUnsure: whether what a person should look at is in it.
    package func json(includesUnsure: Bool) -> String {
        var json = JSONWriter()
        json.object { json in
            json.object("columns") { json in
                for guess in guesses where guess.isSure || includesUnsure {
                    json.object(guess.field.column) { json in guess.write(&json) }
                }
            }
        }
        return json.text
    }
}

extension MappingGuess {
    /// The members of its source.
    fileprivate func write(_ json: inout JSONWriter) {
        if let constant { return json.string("constant", constant) }
        json.array("from") { json in for column in columns { json.string(column) } }
        if let first { json.string("first", first) }
        if let number { json.string("number", number) }
        if let multiply { json.string("multiply", multiply) }
    }
}
