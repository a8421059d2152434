/// What is wrong with a row, as it stands in `catalog.validation_errors` and in the error report.
public enum RowErrorType: String, CaseIterable, Sendable {
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
    /// Looks as if a spreadsheet had changed it.
    case suspiciousKey = "SUSPICIOUS_KEY"

    /// A row with nothing but warnings is loaded.
    public var isWarning: Bool { self == .suspiciousKey }

    /// Errors of one row are listed by rule number: the order of the cases above.
    var rank: Int { Self.allCases.firstIndex(of: self)! }
}

/// One error of one row, in words for the vendor.
public struct RowError: Equatable, Sendable {
    /// The rule that was broken.
    public var type: RowErrorType
    /// Safe to show the vendor; quotes at most the vendor's own value.
    public var message: String
    /// The offending field; nil for a malformed row.
    public var field: ProductField?
    /// The offending value as written; nil where it is missing.
    public var rejectedValue: String?

    /// - Parameter field: nil when the row could not be split into fields.
    public init(_ type: RowErrorType, _ message: String, field: ProductField? = nil, rejectedValue: String? = nil) {
        self.type = type
        self.message = message
        self.field = field
        self.rejectedValue = rejectedValue
    }

    /// The same errors by rule number, in field order within a rule.
    public static func sorted(_ errors: [RowError]) -> [RowError] {
        errors.enumerated().sorted { ($0.element.type.rank, $0.offset) < ($1.element.type.rank, $1.offset) }.map(
            \.element)
    }

    /// A vendor's value between quotes; a longer one than 100 characters is cut, so that a message stays readable.
    static func quoted(_ value: UnsafeRawBufferPointer) -> String {
        let text = String(decoding: value, as: UTF8.self).unicodeScalars
        return text.count <= 100 ? "'\(text)'" : "'\(String(String.UnicodeScalarView(text.prefix(100))))…'"
    }
}
