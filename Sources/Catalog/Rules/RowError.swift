import Text

/// What is wrong with a row, as it stands in `catalog.validation_errors` and in the error report.
package enum RowErrorType: String, CaseIterable, Sendable {
    case missingRequiredField = "MISSING_REQUIRED_FIELD"
    case invalidPrice = "INVALID_PRICE"
    case invalidStockQuantity = "INVALID_STOCK_QUANTITY"
    case invalidCategory = "INVALID_CATEGORY"
    case duplicateSKU = "DUPLICATE_SKU"
    case duplicateVendorProductID = "DUPLICATE_VENDOR_PRODUCT_ID"
    /// In mode `update`: only what exists can be changed.
    case unknownProduct = "UNKNOWN_PRODUCT"
    case fieldTooLong = "FIELD_TOO_LONG"
    case invalidValue = "INVALID_VALUE"
    case malformedRow = "MALFORMED_ROW"
    /// A rule of one's own is broken.
    case customRule = "CUSTOM_RULE"
    /// The same, where the rule only warns.
    case customWarning = "CUSTOM_WARNING"
    /// Looks as if a spreadsheet had changed it.
    case suspiciousKey = "SUSPICIOUS_KEY"

    /// A row with nothing but warnings is loaded.
    package var isWarning: Bool { self == .suspiciousKey || self == .customWarning }

    /// Errors of one row are listed by rule number: the order of the cases above.
    var rank: Int { Self.allCases.firstIndex(of: self)! }
}

/// One error of one row, in words for the vendor.
package struct RowError: Equatable, Sendable {
    /// The rule that was broken.
    package var type: RowErrorType
    /// Safe to show the vendor; quotes at most the vendor's own value.
    package var message: String
    /// The offending field; nil for a malformed row and for attributes.
    package var field: ProductField?
    /// The name of the offending attribute.
    package var attribute: String?
    /// The offending value as written; nil where it is missing.
    package var rejectedValue: String?
    /// The name of a rule of one's own.
    package var ruleName: String?

    /// - Parameter field: nil when the row could not be split into fields.
    package init(_ type: RowErrorType, _ message: String, field: ProductField? = nil, rejectedValue: String? = nil) {
        self.type = type
        self.message = message
        self.field = field
        self.rejectedValue = rejectedValue
    }

    /// The offending field or attribute, as reports and the history have it; nil where it is the row.
    package var column: String? { field?.column ?? attribute.map(AttributeName.column) }

    /// The same errors by rule number, in field order within a rule.
    package static func sorted(_ errors: [RowError]) -> [RowError] {
        errors.enumerated().sorted { ($0.element.type.rank, $0.offset) < ($1.element.type.rank, $1.offset) }.map(
            \.element)
    }

    /// A vendor's value between quotes, with what is invisible in it shown; a longer one than 100 characters is cut, so
    /// that a message stays readable.
    static func quoted(_ value: UnsafeRawBufferPointer) -> String {
        let text = String(decoding: value, as: UTF8.self)
        // No text has more characters than bytes.
        guard value.count > 100, text.unicodeScalars.count > 100 else { return "'" + Invisible.shown(text) + "'" }
        return "'\(Invisible.shown(String(String.UnicodeScalarView(text.unicodeScalars.prefix(100)))))…'"
    }
}
