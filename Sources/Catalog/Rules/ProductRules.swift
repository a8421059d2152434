/// The rules a row must meet by itself: 1 to 4, 7 and the optional columns; 5 and 6 need the catalogue and the file.
///
/// To change a rule, change its bounds here and its CHECK in a migration, which keeps every other path out.
public struct ProductRules {
    static let price = DecimalRule(scale: 2, minimum: 1, maximum: 99_999_999)
    static let stockQuantity = DecimalRule(scale: 0, minimum: 0, maximum: 1_000_000)
    static let weight = DecimalRule(scale: 3, minimum: 0, maximum: 9_999_999_999)

    /// Rule 7: the longest text of a field, in Unicode code points.
    static let maximumLength: [(field: ProductField, limit: Int)] = [
        (.productName, 200), (.description, 2000), (.vendorProductID, 100), (.sku, 100),
    ]
    static let maximumOptionalLength: [(field: ProductField, limit: Int)] = [
        (.subcategory, 100), (.brand, 100), (.unit, 20), (.dimensionsCm, 50),
    ]
    static let maximumURLLength = 2048

    private let categories: CategoryWhitelist
    private let sizes = SizeScreen()

    /// - Parameter categories: what rule 4 allows.
    public init(categories: CategoryWhitelist) {
        self.categories = categories
    }

    /// Appends every error of the row, by rule number. Allocates nothing for a good row.
    public func check(_ row: ProductRow, into errors: inout [RowError]) {
        let isSuspicious = !sizes.passes(row)
        if isSuspicious { checkRequired(row, &errors) }
        checkPrice(row, &errors)
        checkStockQuantity(row, &errors)
        checkCategory(row, &errors)
        if isSuspicious { checkLengths(row, &errors) }
        checkOptional(row, &errors)
        if isSuspicious { checkOptionalLengths(row, &errors) }
    }

    /// Whether rules 5 and 6 can look a key up: it is there and fits its column.
    public static func isUsableKey(_ key: UnsafeRawBufferPointer) -> Bool {
        !key.isEmpty && !isLonger(key, than: 100)
    }

    private func checkRequired(_ row: ProductRow, _ errors: inout [RowError]) {
        for field in ProductField.required where row[field].isEmpty {
            errors.append(RowError(.missingRequiredField, "Required field is missing: \(field.column)", field: field))
        }
    }

    private func checkPrice(_ row: ProductRow, _ errors: inout [RowError]) {
        let value = row[.price]
        guard !value.isEmpty, let violation = Self.price.violation(value) else { return }
        errors.append(.init(.invalidPrice, Self.priceMessage("Price", violation, value), field: .price, value))
    }

    private func checkStockQuantity(_ row: ProductRow, _ errors: inout [RowError]) {
        let value = row[.stockQuantity]
        guard !value.isEmpty, let violation = Self.stockQuantity.violation(value) else { return }
        let message =
            violation == .notANumber
            ? "Stock quantity must be a whole number: \(RowError.quoted(value))"
            : "Stock quantity must be between 0 and 1000000"
        errors.append(.init(.invalidStockQuantity, message, field: .stockQuantity, value))
    }

    private func checkCategory(_ row: ProductRow, _ errors: inout [RowError]) {
        let value = row[.category]
        guard !value.isEmpty, !categories.contains(value) else { return }
        let hint = categories.suggestion(for: value).map { " (did you mean '\($0)'?)" } ?? ""
        let message = "Category is not approved: \(RowError.quoted(value))\(hint)"
        errors.append(.init(.invalidCategory, message, field: .category, value))
    }

    private func checkLengths(_ row: ProductRow, _ errors: inout [RowError]) {
        for (field, limit) in Self.maximumLength where Self.isLonger(row[field], than: limit) {
            errors.append(.init(.fieldTooLong, Self.lengthMessage(field, limit, row[field]), field: field, row[field]))
        }
    }

    private func checkOptional(_ row: ProductRow, _ errors: inout [RowError]) {
        let compareAtPrice = row[.compareAtPrice]
        if !compareAtPrice.isEmpty, let violation = Self.price.violation(compareAtPrice) {
            let message = Self.priceMessage("compare_at_price", violation, compareAtPrice)
            errors.append(.init(.invalidValue, message, field: .compareAtPrice, compareAtPrice))
        }
        let weight = row[.weightKg]
        if !weight.isEmpty, let violation = Self.weight.violation(weight) {
            errors.append(.init(.invalidValue, Self.weightMessage(violation, weight), field: .weightKg, weight))
        }
        for message in Self.urlProblems(row[.imageURL]) {
            errors.append(.init(.invalidValue, message, field: .imageURL, row[.imageURL]))
        }
    }

    private func checkOptionalLengths(_ row: ProductRow, _ errors: inout [RowError]) {
        for (field, limit) in Self.maximumOptionalLength where Self.isLonger(row[field], than: limit) {
            errors.append(.init(.invalidValue, Self.lengthMessage(field, limit, row[field]), field: field, row[field]))
        }
    }
}

/// Words and measures.
extension ProductRules {
    private static func priceMessage(
        _ label: String, _ violation: DecimalRule.Violation, _ value: UnsafeRawBufferPointer
    ) -> String {
        switch violation {
        case .notANumber: "\(label) must be a number with at most 2 decimals: \(RowError.quoted(value))"
        case .tooSmall: "\(label) must be at least 0.01"
        case .tooLarge: "\(label) must be at most 999999.99"
        }
    }

    private static func weightMessage(
        _ violation: DecimalRule.Violation, _ value: UnsafeRawBufferPointer
    ) -> String {
        switch violation {
        case .notANumber: "weight_kg must be a number with at most 3 decimals: \(RowError.quoted(value))"
        case .tooSmall: "weight_kg must be at least 0"
        case .tooLarge: "weight_kg must be at most 9999999.999"
        }
    }

    private static func urlProblems(_ value: UnsafeRawBufferPointer) -> [String] {
        if value.isEmpty { return [] }
        let isWrong = !hasWebScheme(value)
        let isLong = isLonger(value, than: maximumURLLength)
        guard isWrong || isLong else { return [] }
        return (isWrong ? ["image_url must be an http or https URL: \(RowError.quoted(value))"] : [])
            + (isLong ? [lengthMessage(.imageURL, maximumURLLength, value)] : [])
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

    private static func lengthMessage(_ field: ProductField, _ limit: Int, _ value: UnsafeRawBufferPointer) -> String {
        "\(field.column) must be at most \(limit) characters (got \(codePoints(value)))"
    }

    /// No text has more code points than bytes, so that nearly every value is decided by its size.
    private static func isLonger(_ value: UnsafeRawBufferPointer, than limit: Int) -> Bool {
        value.count > limit && codePoints(value) > limit
    }

    /// Every byte but a UTF-8 continuation byte (10xxxxxx) begins a code point.
    private static func codePoints(_ value: UnsafeRawBufferPointer) -> Int {
        value.reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) }
    }
}

extension RowError {
    fileprivate init(_ type: RowErrorType, _ message: String, field: ProductField, _ value: UnsafeRawBufferPointer) {
        self.init(type, message, field: field, rejectedValue: String(decoding: value, as: UTF8.self))
    }
}

/// Tells from the sizes of the values alone that rules 1 and 7 hold, which is so for nearly every row.
private struct SizeScreen {
    /// Fewest and most bytes of each field by raw value; no text has more code points than bytes.
    private let bounds: [ClosedRange<Int>]

    init() {
        let limits = ProductRules.maximumLength + ProductRules.maximumOptionalLength
        bounds = ProductField.allCases.map { field in
            let most = limits.first { $0.field == field }?.limit ?? .max
            return (ProductField.required.contains(field) ? 1 : 0)...most
        }
    }

    func passes(_ row: ProductRow) -> Bool {
        // Negative as soon as one difference is: no branch a field.
        var differences = 0
        for index in bounds.indices {
            let count = row[index].count
            differences |= (count &- bounds[index].lowerBound) | (bounds[index].upperBound &- count)
        }
        return differences >= 0
    }
}
