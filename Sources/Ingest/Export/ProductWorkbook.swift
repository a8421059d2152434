import Catalog
import Postgres
import Tabular

/// Products as a workbook; a sheet is followed by another one when it is full.
struct ProductWorkbook: ProductWriter {
    private let writer: WorkbookWriter
    private var sheets = 0
    private var attributes: [String] = []
    private static let styles = ProductSelection.columns.map { ProductField(column: $0)?.cellStyle ?? .text }

    init(_ sink: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        writer = WorkbookWriter(write: sink)
    }

    mutating func begin(_ attributes: [String]) throws {
        self.attributes = attributes
        sheets += 1
        let columns = ProductSelection.columns + attributes.map(AttributeName.column)
        guard columns.count <= WorkbookWriter.mostColumns else {
            throw ProductExportError.tooManyColumns(columns.count)
        }
        let widths = columns.map { ProductField(column: $0)?.cellWidth ?? 14 }
        let styles = Self.styles + attributes.map { _ in .text }
        try writer.beginSheet(
            .init(sheets == 1 ? "Products" : "Products \(sheets)", columns: Array(zip(widths, styles))))
        try writer.row(columns.map { .text($0, .header) })
    }

    mutating func add(_ row: Row, _ attributes: [String]) throws {
        if writer.rowCount == WorkbookWriter.mostRows { try begin(self.attributes) }
        try writer.row(
            Self.styles.indices.map { index in
                let value = row[index] ?? ""
                return ProductSelection.decimals[index] == nil
                    ? .text(value, Self.styles[index]) : .decimal(value, Self.styles[index])
            } + attributes.map { .text($0, .text) })
    }

    func finish() throws { try writer.finish() }
}

extension ProductField {
    /// How its cells look in a workbook that we write.
    var cellStyle: WorkbookStyle {
        switch decimals {
        case nil: .text
        case 0: .whole
        case 2: .twoDecimals
        default: .threeDecimals
        }
    }

    /// In characters.
    var cellWidth: Int {
        [.productName, .description, .imageURL].contains(self) ? 40 : max(14, column.count + 2)
    }
}

extension WorkbookWriter.Cell {
    /// A number with decimals, as its format shows them: `59.90` is 59.9.
    static func decimal(_ number: String, _ style: WorkbookStyle) -> WorkbookWriter.Cell {
        guard number.contains(".") else { return .number(number, style) }
        return .number(String(number.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed()), style)
    }
}
