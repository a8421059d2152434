import Catalog
import Tabular

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

    /// Values by raw value of `ProductField`, empty where the mapping has none; nil if the row is no product. Such a row
    /// takes part in carrying, too.
    mutating func map(rowNumber: Int, _ cell: (Int) -> String) -> [String]? {
        var values = Array(repeating: "", count: ProductField.allCases.count)
        for index in steps.indices {
            let found = start(steps[index], rowNumber, cell)
            if !found.isEmpty { steps[index].above = found }
            let carried = steps[index].source.carry == true ? steps[index].above : found
            values[steps[index].field.rawValue] = finish(steps[index].source, carried).trimmingASCIIBlanks()
        }
        let isSkipped = !skipColumns.isEmpty && skipColumns.allSatisfy { cell($0).isEmpty }
        return isSkipped ? nil : values
    }

    private func start(_ step: Step, _ rowNumber: Int, _ cell: (Int) -> String) -> String {
        if let constant = step.source.constant { return constant }
        if step.source.rowNumber == true { return String(rowNumber) }
        return step.columns.lazy.map(cell).first { !$0.isEmpty } ?? ""
    }

    private func finish(_ source: ColumnMapping.Source, _ value: String) -> String {
        var value = value
        if let end = source.first, let range = value.firstRange(of: end) {
            value = String(value[..<range.lowerBound]).trimmingASCIIBlanks()
        }
        if let mark = source.number?.first { value = Self.plainNumber(value, decimalMark: mark) }
        value = source.replace?[value] ?? value
        if value.isEmpty { value = source.default ?? "" }
        return value.isEmpty ? "" : (source.prefix ?? "") + value + (source.suffix ?? "")
    }

    /// `$1,299.00` → `1299.00`, `1.299,00 €` → `1299.00`. What is no number after all stays as it was, so that its error
    /// shows what the vendor wrote.
    static func plainNumber(_ text: String, decimalMark: Character) -> String {
        let thousands: Character = decimalMark == "." ? "," : "."
        var bare = text.filter { !$0.isWhitespace && $0 != "'" && $0 != "’" && $0 != thousands }[...]
        bare = withoutCurrency(bare, from: \.first) { $0.removeFirst() }
        bare = withoutCurrency(bare, from: \.last) { $0.removeLast() }
        let number = String(bare.map { $0 == decimalMark ? "." : $0 })
        return isNumber(number) ? number : text
    }

    /// Drops a currency sign and up to three letters at one end.
    private static func withoutCurrency(
        _ text: Substring, from end: (Substring) -> Character?, _ drop: (inout Substring) -> Void
    ) -> Substring {
        var text = text
        for _ in 0..<4 {
            guard let character = end(text), character.isLetter || character.isCurrencySymbol else { break }
            drop(&text)
        }
        return text
    }

    private static func isNumber(_ text: String) -> Bool {
        let unsigned = text.first == "-" || text.first == "+" ? text.dropFirst() : text[...]
        let parts = unsigned.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.allSatisfy { part in !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) } }
    }
}
