package import Catalog
package import Postgres
import Tabular

/// The catalogue as a file that can be loaded again: every column that a vendor's file has, under the same name, before and behind
/// them the vendor and the status, which are not read, and last a column for each attribute.
package enum ProductExport {
    package enum Format: String, CaseIterable, Sendable { case csv, ndjson, xlsx }

    /// Writes the selected products, in constant memory. Needs a transaction whose statements see one moment: the first of them reads the
    /// names of attributes.
    /// - Parameter sink: takes the bytes of the file, valid only during the call.
    /// - Returns: how many products.
    /// - Throws: what the sink throws; `ProductExportError`; `PostgresError`, 22007 or 22008 where the selection's moment is none.
    package static func write(
        _ selection: ProductSelection, as format: Format, _ session: Session,
        to sink: @escaping (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Int {
        var writer: any ProductWriter =
            switch format {
            case .csv: ProductCSV(sink)
            case .ndjson: ProductLines(sink)
            case .xlsx: ProductWorkbook(sink)
            }
        var count = 0
        var cells = AttributeCells(names: try session.attributeNames(selection))
        try writer.begin(cells.names)
        try session.streamProducts(selection) { row in
            try cells.read(row)
            try writer.add(row, cells.values)
            count += 1
        }
        try writer.finish()
        return count
    }
}

/// A form in which products leave. A row has the columns of `ProductSelection`.
protocol ProductWriter {
    /// - Parameter attributes: the names of attributes.
    mutating func begin(_ attributes: [String]) throws
    /// - Parameter attributes: their values, empty where the product has none.
    mutating func add(_ row: Row, _ attributes: [String]) throws
    mutating func finish() throws
}

/// The attributes of one product after the other, in the order of their names.
struct AttributeCells {
    let names: [String]
    private(set) var values: [String]
    private let places: [String: Int]

    init(names: [String]) {
        (self.names, values) = (names, names.map { _ in "" })
        places = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    mutating func read(_ row: Row) throws {
        guard !names.isEmpty else { return }
        for index in values.indices where !values[index].isEmpty { values[index] = "" }
        let json = row.withBytes(at: ProductSelection.columns.count) { $0.map(Array.init) ?? [] }
        guard !json.isEmpty else { return }
        var parser = JSONRowParser(json)
        // PostgreSQL wrote it.
        for (name, value) in parser.members() ?? [] { if let place = places[name] { values[place] = value } }
    }
}

extension ProductSelection {
    /// Decimals of each column; nil is a text.
    static let decimals: [Int?] = columns.map { ProductField(column: $0)?.decimals }

    /// How much is gathered before it is written.
    static let piece = 1 << 16
}

/// Products that a format cannot hold.
package enum ProductExportError: Error, CustomStringConvertible {
    /// - Parameter columns: how many there would be.
    case tooManyColumns(Int)

    package var description: String {
        switch self {
        case .tooManyColumns(let columns):
            "a workbook has at most \(WorkbookWriter.mostColumns) columns, and this one would have \(columns), most of them attributes: "
                + "take CSV or JSON lines, or fewer products"
        }
    }
}
