import CSV
import Catalog
import Postgres

/// Products as CSV. Values are as they are stored, also those that a spreadsheet would run as a formula: the file is to be read
/// back by programs.
struct ProductCSV: ProductWriter {
    private let sink: (UnsafeRawBufferPointer) throws -> Void
    private var csv = CSVWriter()

    init(_ sink: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        self.sink = sink
    }

    mutating func begin(_ attributes: [String]) throws {
        for column in ProductSelection.columns + attributes.map(AttributeName.column) { csv.field(column) }
        csv.endRecord()
    }

    mutating func add(_ row: Row, _ attributes: [String]) throws {
        for index in ProductSelection.columns.indices {
            row.withBytes(at: index) { csv.field($0 ?? UnsafeRawBufferPointer(start: nil, count: 0)) }
        }
        for value in attributes { csv.field(value) }
        csv.endRecord()
        if csv.bytes.count > ProductSelection.piece { try finish() }
    }

    mutating func finish() throws {
        try csv.bytes.withUnsafeBytes(sink)
        csv.bytes.removeAll(keepingCapacity: true)
    }
}
