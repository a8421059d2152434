import Catalog

/// Applies a `ColumnMapping` row by row; remembers the row above for cells that carry over.
struct RowMapper {
    private struct Step {
        let field: ProductField
        let source: ColumnMapping.Source
        let columns: [Int]
        var above = ""
    }

    private var steps: [Step]
    private let skipColumns: [Int]

    init(_ mapping: ColumnMapping, columns: [String]) {
        let positions = Dictionary(columns.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        steps = ProductField.allCases.compactMap { field in
            guard let source = mapping.columns[field.column] else { return nil }
            return Step(field: field, source: source, columns: (source.from ?? []).compactMap { positions[$0] })
        }
        skipColumns = mapping.skipWhenEmpty.compactMap { positions[$0] }
    }

    /// Whether the row is no product.
    func skips(_ cell: (Int) -> String) -> Bool {
        !skipColumns.isEmpty && skipColumns.allSatisfy { cell($0).isEmpty }
    }

    /// Values by raw value of `ProductField`, empty where the mapping has none.
    mutating func map(rowNumber: Int, _ cell: (Int) -> String) -> [String] {
        var values = Array(repeating: "", count: ProductField.allCases.count)
        for index in steps.indices {
            let found = start(steps[index], rowNumber, cell)
            if !found.isEmpty { steps[index].above = found }
            let carried = steps[index].source.carry == true ? steps[index].above : found
            values[steps[index].field.rawValue] = finish(steps[index].source, carried).trimmingASCIIBlanks()
        }
        return values
    }

    private func start(_ step: Step, _ rowNumber: Int, _ cell: (Int) -> String) -> String {
        if step.source.rowNumber == true { return String(rowNumber) }
        return step.columns.lazy.map(cell).first { !$0.isEmpty } ?? step.source.constant ?? ""
    }

    private func finish(_ source: ColumnMapping.Source, _ value: String) -> String {
        var value = value
        if let end = source.first, let range = value.firstRange(of: end) { value = String(value[..<range.lowerBound]) }
        if let mark = source.number { value = Self.plainNumber(value, decimalMark: mark) }
        value = source.replace?[value] ?? value
        if value.isEmpty { value = source.default ?? "" }
        return value.isEmpty ? "" : (source.prefix ?? "") + value + (source.suffix ?? "")
    }

    /// `$1,299.00` → `1299.00`, `1.299,00 €` → `1299.00`. What is no number stays recognisably none.
    static func plainNumber(_ text: String, decimalMark: String) -> String {
        let currencySigns = "$€£¥₹"
        var text = text.filter { !$0.isWhitespace && $0 != "'" && $0 != "’" && !currencySigns.contains($0) }
        text = text.filter { String($0) != (decimalMark == "." ? "," : ".") }
        for _ in 0..<2 {
            let letters = text.prefix { $0.isLetter }
            if letters.count <= 3, letters.count < text.count { text.removeFirst(letters.count) }
            text = String(text.reversed())
        }
        return decimalMark == "," ? text.replacing(",", with: ".") : text
    }
}
