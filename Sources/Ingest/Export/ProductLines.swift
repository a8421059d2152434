import Catalog
import Postgres
import Text

/// Products as JSON lines: an object in each, with every column and the attributes that the product has; numbers are numbers, and what
/// is empty is null.
struct ProductLines: ProductWriter {
    private static let keys = ProductSelection.columns.map { Array("\"\($0)\"".utf8) }

    private let sink: (UnsafeRawBufferPointer) throws -> Void
    private var attributeColumns: [String] = []
    private var json = JSONWriter()
    private var bytes: [UInt8] = []

    init(_ sink: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        self.sink = sink
    }

    mutating func begin(_ attributes: [String]) { attributeColumns = attributes.map(AttributeName.column) }

    mutating func add(_ row: Row, _ attributes: [String]) throws {
        json.removeAll()
        json.object { json in
            for (index, key) in Self.keys.enumerated() {
                json.key(quoted: key)
                row.withBytes(at: index) { value in
                    guard let value else { return json.raw("null") }
                    if ProductSelection.decimals[index] == nil { json.string(value) } else { json.raw(value) }
                }
            }
            for (column, value) in zip(attributeColumns, attributes) where !value.isEmpty { json.string(column, value) }
        }
        bytes.append(contentsOf: json.bytes)
        bytes.append(UInt8(ascii: "\n"))
        if bytes.count > ProductSelection.piece { try finish() }
    }

    mutating func finish() throws {
        try bytes.withUnsafeBytes(sink)
        bytes.removeAll(keepingCapacity: true)
    }
}
