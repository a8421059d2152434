package import Catalog

/// Rules 1 to 4 and 7, the optional columns, and the shape of the row.
package struct RowChecker {
    private let rules: ProductRules

    package init(rules: ProductRules) {
        self.rules = rules
    }

    /// Replaces `errors` by those of the row.
    package func check(_ row: SourceRow, _ errors: inout [RowError]) {
        if !errors.isEmpty { errors.removeAll(keepingCapacity: true) }
        switch row.content {
        case .product(let product): rules.check(product, into: &errors)
        case .malformed(let malformation): errors.append(malformation.error)
        }
    }
}
