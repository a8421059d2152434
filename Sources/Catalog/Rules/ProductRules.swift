/// The rules a row must meet by itself: 1 to 4, 7 and the optional columns; 5 and 6 need the catalogue and the file.
///
/// Bounds stand in `ProductField`, once, with a CHECK in a migration, which keeps every other path out.
package struct ProductRules {
    private static let rule7 = limits(ProductField.rule7)
    private static let otherTexts = limits(
        ProductField.allCases.filter {
            if case .text = $0.rule { !ProductField.rule7.contains($0) } else { false }
        })
    private static let keyLimit = ProductField.sku.rule.maximumLength ?? .max

    private let categories: CategoryWhitelist
    private let required: [ProductField]
    private let sizes: SizeScreen
    // Not static, since each row would ask whether they are there.
    private let optionalNumbers = ProductField.optional.compactMap { field in
        field.rule.number.map { (field: field, rule: $0) }
    }
    private let webAddresses = ProductField.allCases.compactMap { field in
        if case .webAddress(let limit) = field.rule { (field: field, limit: limit) } else { nil }
    }
    private let price = ProductField.price.rule.number!
    private let stockQuantity = ProductField.stockQuantity.rule.number!

    /// - Parameters:
    ///   - categories: what rule 4 allows.
    ///   - required: what a row must fill.
    package init(categories: CategoryWhitelist, required: [ProductField] = ProductField.required) {
        self.categories = categories
        self.required = required
        sizes = SizeScreen(required: required)
    }

    /// Appends every error of the row, by rule number. Allocates nothing for a good row.
    package func check(_ row: ProductRow, into errors: inout [RowError]) {
        let isSuspicious = !sizes.passes(row)
        if isSuspicious { checkRequired(row, &errors) }
        checkNumber(.price, price, .invalidPrice, row, &errors)
        checkNumber(.stockQuantity, stockQuantity, .invalidStockQuantity, row, &errors)
        checkCategory(row, &errors)
        if isSuspicious { checkLengths(Self.rule7, .fieldTooLong, row, &errors) }
        checkOptional(row, &errors)
        if isSuspicious { checkLengths(Self.otherTexts, .invalidValue, row, &errors) }
    }

    /// Whether rules 5 and 6 can look a key up: it is there and fits its column.
    package static func isUsableKey(_ key: UnsafeRawBufferPointer) -> Bool {
        !key.isEmpty && !key.isLonger(than: keyLimit)
    }

    private func checkRequired(_ row: ProductRow, _ errors: inout [RowError]) {
        for field in required where row[field].isEmpty {
            errors.append(RowError(.missingRequiredField, field.isMissing, field: field))
        }
    }

    private func checkNumber(
        _ field: ProductField, _ rule: DecimalRule, _ type: RowErrorType, _ row: ProductRow, _ errors: inout [RowError]
    ) {
        let value = row[field]
        guard !value.isEmpty, let violation = rule.violation(value) else { return }
        errors.append(.init(type, field.message(violation, value), field: field, value))
    }

    private func checkCategory(_ row: ProductRow, _ errors: inout [RowError]) {
        let value = row[.category]
        guard !value.isEmpty, !categories.contains(value) else { return }
        let message = ProductField.category.isNotApproved(value, suggestion: categories.suggestion(for: value))
        errors.append(.init(.invalidCategory, message, field: .category, value))
    }

    private func checkOptional(_ row: ProductRow, _ errors: inout [RowError]) {
        for (field, rule) in optionalNumbers { checkNumber(field, rule, .invalidValue, row, &errors) }
        for (field, limit) in webAddresses { checkWebAddress(field, limit, row, &errors) }
    }

    private func checkLengths(
        _ limits: [(field: ProductField, limit: Int)], _ type: RowErrorType, _ row: ProductRow,
        _ errors: inout [RowError]
    ) {
        for (field, limit) in limits where row[field].isLonger(than: limit) {
            errors.append(.init(type, field.tooLong(row[field]), field: field, row[field]))
        }
    }

    private func checkWebAddress(_ field: ProductField, _ limit: Int, _ row: ProductRow, _ errors: inout [RowError]) {
        let value = row[field]
        if value.isEmpty { return }
        if !Self.hasWebScheme(value) {
            errors.append(.init(.invalidValue, field.isNoWebAddress(value), field: field, value))
        }
        if value.isLonger(than: limit) {
            errors.append(.init(.invalidValue, field.tooLong(value), field: field, value))
        }
    }

    /// `http://` or `https://` in any case, and something after it; eight bytes are compared at once.
    private static func hasWebScheme(_ value: UnsafeRawBufferPointer) -> Bool {
        guard value.count >= 8 else { return false }
        let start = UInt64(bigEndian: value.loadUnaligned(as: UInt64.self))
        // In ASCII 0x20 makes a letter lower-case, and no other byte becomes one of these letters by it.
        let https = start | 0x2020_2020_2000_0000 == 0x6874_7470_733A_2F2F
        let http = (start | 0x2020_2020_0000_0000) >> 8 == 0x68_7474_703A_2F2F
        return http || https && value.count > 8
    }

    private static func limits(_ fields: [ProductField]) -> [(field: ProductField, limit: Int)] {
        fields.compactMap { field in field.rule.maximumLength.map { (field, $0) } }
    }
}

extension RowError {
    fileprivate init(_ type: RowErrorType, _ message: String, field: ProductField, _ value: UnsafeRawBufferPointer) {
        self.init(type, message, field: field, rejectedValue: String(decoding: value, as: UTF8.self))
    }
}

/// Tells from the sizes of the values alone that rules 1 and 7 hold, which is so for nearly every row.
private struct SizeScreen {
    /// The fewest bytes of each field by raw value, then the most; no text has more code points than bytes.
    private let bounds: [Int32]

    init(required: [ProductField]) {
        let unused = ProductValues.slots - ProductField.allCases.count
        let fewest = ProductField.allCases.map { Int32(required.contains($0) ? 1 : 0) }
        let most = ProductField.allCases.map { if case .text(let limit) = $0.rule { Int32(limit) } else { Int32.max } }
        bounds = fewest + Array(repeating: 0, count: unused) + most + Array(repeating: .max, count: unused)
    }

    func passes(_ row: ProductRow) -> Bool {
        let sizes = row.sizes
        return bounds.withUnsafeBufferPointer { bounds in
            // Negative as soon as one difference is: no branch a field, and four fields by one instruction.
            var differences: Int32 = 0
            for index in 0..<ProductValues.slots {
                let (fewest, most) = (bounds[index], bounds[index &+ ProductValues.slots])
                differences |= (sizes[index] &- fewest) | (most &- sizes[index])
            }
            return differences >= 0
        }
    }
}
