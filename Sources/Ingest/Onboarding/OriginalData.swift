import CSV
import Catalog
import Tabular
import Text

/// `original_data`: the row as the vendor wrote it, as a JSON object.
struct OriginalData {
    private var json = JSONWriter()

    var bytes: [UInt8] { json.bytes }

    /// Cells by column, also of a row that may be part of another one. A row that cannot be split stands under `_line`, surplus cells
    /// under `_extra`, and the values that a mapping made of the row under `_mapped`.
    mutating func set(_ row: SourceRow, _ layout: ProductLayout) {
        json.removeAll()
        json.object { json in
            if row.record.problem.map({ $0 != .insideQuote || row.record.count != layout.columns.count }) ?? false {
                json.key("_line")
                json.repairedString(row.record.raw)
            } else {
                json.cells(row.record, layout)
            }
            if layout.mapping != nil, case .product(let product) = row.content {
                json.mapped(product, row.attributes, layout)
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func cells(_ record: CSVRecord, _ layout: ProductLayout) {
        for index in 0..<min(record.count, layout.columns.count) {
            key(layout.columns[index])
            cell(record[index])
        }
        guard record.count > layout.columns.count else { return }
        array("_extra") { json in
            for index in layout.columns.count..<record.count { json.cell(record[index]) }
        }
    }

    fileprivate mutating func mapped(
        _ product: ProductRow, _ attributes: UnsafeBufferPointer<UnsafeRawBufferPointer>, _ layout: ProductLayout
    ) {
        object("_mapped") { json in
            for field in ProductField.allCases where !product[field].isEmpty {
                json.key(field.column)
                json.repairedString(product[field])
            }
            for (attribute, value) in zip(layout.attributes, attributes) where !value.isEmpty {
                json.key(AttributeName.column(attribute.name))
                json.repairedString(value)
            }
        }
    }

    private mutating func cell(_ cell: CSVField) {
        if cell.hasEscapes { string(cell.string) } else { repairedString(cell.bytes) }
    }

    /// Bytes that are not UTF-8 become U+FFFD.
    fileprivate mutating func repairedString(_ value: UnsafeRawBufferPointer) {
        if UTF8Scanner.isValid(value) { string(value) } else { string(String(decoding: value, as: UTF8.self)) }
    }
}
