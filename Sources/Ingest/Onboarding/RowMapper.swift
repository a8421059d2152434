import Catalog
import Tabular
import Text

/// Applies a `ColumnMapping` row by row; remembers the row above for cells that carry over.
struct RowMapper {
    private struct Step {
        /// Nil for an attribute.
        let field: ProductField?
        /// Place among the values.
        let place: Int
        let source: ColumnMapping.Source
        let columns: [Int]
        private var above = ""

        init(_ field: ProductField, _ source: ColumnMapping.Source, columns: [Int]) {
            (self.field, place, self.source, self.columns) = (field, field.rawValue, source, columns)
        }

        init(_ attribute: AttributeColumn, at index: Int) {
            (field, place) = (nil, ProductField.allCases.count + index)
            (source, columns) = (attribute.source, attribute.positions)
        }

        /// What is there before anything is computed from it.
        mutating func take(_ rowNumber: Int, _ cell: (Int) -> String) -> String {
            var value = start(rowNumber, cell)
            if source.carry == true {
                if value.isEmpty { value = above } else { above = value }
            }
            if let end = source.first, let range = value.firstRange(of: end) {
                value = String(value[..<range.lowerBound]).trimmed()
            }
            if let mark = source.last, let range = value.ranges(of: mark).last {
                value = String(value[range.upperBound...]).trimmed()
            }
            return value
        }

        private func start(_ rowNumber: Int, _ cell: (Int) -> String) -> String {
            if let constant = source.constant { return constant }
            if source.rowNumber == true { return String(rowNumber) }
            let values = columns.lazy.map(cell).filter { !$0.isEmpty }
            return source.join.map { values.joined(separator: $0) } ?? values.first ?? ""
        }
    }

    private var steps: [Step]
    private let skipColumns: [Int]
    private let style: NumberStyle
    private let valueCount: Int

    /// - Parameter layout: of the file, with what its own numbers show.
    init(_ mapping: ColumnMapping, _ layout: ProductLayout) {
        let positions = Dictionary(
            layout.columns.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        steps = ProductField.allCases.compactMap { field in
            guard let source = mapping.columns[field.column] else { return nil }
            return Step(field, source, columns: (source.from ?? []).compactMap { positions[$0] })
        }
        steps += layout.attributes.enumerated().map { Step($1, at: $0) }
        skipColumns = mapping.skipWhenEmpty.compactMap { positions[$0] }
        style = layout.numbers
        valueCount = ProductField.allCases.count + layout.attributes.count
    }

    /// Values by raw value of `ProductField`, empty where the mapping has none, and behind them those of the attributes; nil if the row
    /// is not a product. Such a row takes part in carrying, too.
    mutating func map(rowNumber: Int, _ cell: (Int) -> String) -> [String]? {
        var values = Array(repeating: "", count: valueCount)
        for index in steps.indices {
            let taken = steps[index].take(rowNumber, cell)
            values[steps[index].place] = finish(steps[index], taken).trimmed()
        }
        let isSkipped = !skipColumns.isEmpty && skipColumns.allSatisfy { cell($0).isEmpty }
        return isSkipped ? nil : values
    }

    /// Calls `body` with each value that is to be read as a number, and whether the file decides about its decimal mark.
    mutating func forEachNumber(
        rowNumber: Int, _ cell: (Int) -> String, _ body: (ProductField, String, _ isOpen: Bool) throws -> Void
    ) rethrows {
        for index in steps.indices {
            guard let field = steps[index].field, let mark = steps[index].source.number else { continue }
            try body(field, steps[index].take(rowNumber, cell), mark == "auto")
        }
    }

    private func finish(_ step: Step, _ value: String) -> String {
        let source = step.source
        var value = value
        if let number = source.number {
            // What is not a number after all stays as it was, so that its error shows what the vendor wrote.
            let open = number == "auto" ? step.field : nil
            let mark = open.map(style.mark) ?? number.unicodeScalars.first!
            value = ForeignNumber(value)?.plain(decimalMark: mark) ?? value
        }
        value = Arithmetic.computed(value, times: source.multiply?.value, decimals: source.round)
        value = source.replace?[value] ?? value
        if value.isEmpty { value = source.default ?? "" }
        return value.isEmpty ? "" : (source.prefix ?? "") + value + (source.suffix ?? "")
    }
}
