package import Catalog
import Tabular

/// Rules 1 to 4 and 7, the optional columns, attributes, rules of one's own, and the shape of the row.
package struct RowChecker {
    private static let texts = ProductField.allCases.filter(\.isText)

    private let rules: ProductRules
    private let attributes: AttributeRules?
    private let isWorkbook: Bool
    package let customRules: CustomRules?

    /// - Parameters:
    ///   - attributes: what columns that are kept have to meet; nil if there are none.
    ///   - isWorkbook: whether the rows are those of a workbook, whose cells may have error values.
    ///   - customRules: what rows have to meet besides; nil if there are none.
    package init(
        rules: ProductRules, attributes: AttributeRules? = nil, isWorkbook: Bool = false,
        customRules: CustomRules? = nil
    ) {
        self.rules = rules
        self.attributes = attributes
        self.customRules = customRules
        self.isWorkbook = isWorkbook
    }

    /// Replaces `errors` by those of the row, and by the warnings of rules of one's own.
    package func check(_ row: SourceRow, _ errors: inout [RowError]) {
        if !errors.isEmpty { errors.removeAll(keepingCapacity: true) }
        switch row.content {
        case .product(let product):
            rules.check(product, into: &errors)
            attributes?.check(row.attributes, into: &errors)
            if isWorkbook {
                checkErrorValues(product, &errors)
                checkErrorValues(row.attributes, &errors)
            }
            customRules?.check(product, number: row.number, into: &errors)
        case .malformed(let malformation): errors.append(malformation.error)
        }
    }

    /// A text cannot be `#N/A`; numbers, addresses and categories that are have an error already.
    private func checkErrorValues(_ row: ProductRow, _ errors: inout [RowError]) {
        for field in Self.texts where WorkbookErrorValue.contains(row[field]) {
            let value = row.text(field)
            errors.append(
                RowError(
                    .invalidValue, "\(field.column) \(WorkbookErrorValue.remedy(value))", field: field,
                    rejectedValue: value))
        }
    }

    private func checkErrorValues(
        _ values: UnsafeBufferPointer<UnsafeRawBufferPointer>, _ errors: inout [RowError]
    ) {
        guard let attributes else { return }
        for (index, value) in values.enumerated() where WorkbookErrorValue.contains(value) {
            let text = String(decoding: value, as: UTF8.self)
            errors.append(attributes.error(index, WorkbookErrorValue.remedy(text), value))
        }
    }
}
