/// A column of a vendor file and of `catalog.products`, in the order of the table.
///
/// Whatever is to be known of a column stands here once: files, rules, messages, statements and the HTTP interface follow.
package enum ProductField: Int, CaseIterable, Sendable {
    case vendorProductID, productName, category, subcategory, description, sku, brand
    case price, compareAtPrice, stockQuantity, unit, weightKg, dimensionsCm, imageURL

    /// What makes a column different from the others.
    var definition: FieldDefinition {
        switch self {
        case .vendorProductID:
            .required("vendor_product_id", .text(100), "What the vendor calls it.", example: "PROD0001")
        case .productName: .required("product_name", .text(200), "Name.", example: "Wireless headphones")
        case .category: .required("category", .category, "One of GET /categories.", example: "Electronics")
        case .subcategory: .optional("subcategory", .text(100), "Subcategory.", example: "Audio")
        case .description:
            .optional("description", .text(2000), "Description.", example: "Over-ear, 30 hours of battery")
        case .sku: .required("sku", .text(100), "Unique across all vendors.", example: "SKU-0001")
        case .brand: .optional("brand", .text(100), "Brand.", example: "Acme")
        case .price: .required("price", .number(.money, called: "Price"), "Price.", example: "59.90")
        case .compareAtPrice: .optional("compare_at_price", .number(.money), "Former price.", example: "79.90")
        case .stockQuantity:
            .required("stock_quantity", .number(.stock, called: "Stock quantity"), "Pieces in stock.", example: "120")
        case .unit: .optional("unit", .text(20), "Unit.", example: "pcs")
        case .weightKg: .optional("weight_kg", .number(.weight), "Weight in kg.", example: "0.25")
        case .dimensionsCm: .optional("dimensions_cm", .text(50), "Dimensions in cm.", example: "20x18x8")
        case .imageURL:
            .optional("image_url", .webAddress(2048), "Image.", example: "https://example.com/headphones.jpg")
        }
    }

    /// Rule 7: fields whose text may be too long, in the order in which that is reported. Of other fields it is an invalid value.
    static let rule7: [ProductField] = [.productName, .description, .vendorProductID, .sku]

    private static let definitions = allCases.map(\.definition)

    var rule: FieldRule { Self.definitions[rawValue].rule }

    /// Name in the header of a file, in SQL and in messages.
    package var column: String { Self.definitions[rawValue].column }

    /// Whether a file must have the column and a row must fill it.
    package var isRequired: Bool { Self.definitions[rawValue].isRequired }

    /// For the description of the HTTP interface.
    package var summary: String { Self.definitions[rawValue].summary }

    /// A value that it may have.
    package var example: String { Self.definitions[rawValue].example }

    /// Decimals of a number; nil for text.
    package var decimals: Int? { rule.number?.scale }

    /// Whether any text will do that is not too long.
    package var isText: Bool {
        if case .text = rule { true } else { false }
    }

    /// Columns a file must have and a row must fill, in the order in which their absence is reported.
    package static let required = allCases.filter(\.isRequired)

    /// Columns a file may lack; an update then keeps the stored value.
    package static let optional = allCases.filter { !$0.isRequired }

    /// Finds a column by its name in a header, which must be trimmed and lower-cased.
    package init?(column: String) {
        guard let field = Self.allCases.first(where: { $0.column == column }) else { return nil }
        self = field
    }
}

/// What is to be known of a column.
struct FieldDefinition: Sendable {
    let column: String
    let isRequired: Bool
    let rule: FieldRule
    let summary: String
    /// A value that it may have, for the template.
    let example: String

    static func required(
        _ column: String, _ rule: FieldRule, _ summary: String, example: String = ""
    ) -> FieldDefinition {
        FieldDefinition(column: column, isRequired: true, rule: rule, summary: summary, example: example)
    }

    static func optional(
        _ column: String, _ rule: FieldRule, _ summary: String, example: String = ""
    ) -> FieldDefinition {
        FieldDefinition(column: column, isRequired: false, rule: rule, summary: summary, example: example)
    }
}

/// What a value has to be. Bounds stand here, and messages are made of them.
enum FieldRule: Sendable {
    /// Text of at most so many Unicode code points.
    case text(Int)
    /// An approved category.
    case category
    /// A number within bounds; messages call it by its column unless it has a name of its own.
    case number(DecimalRule, called: String? = nil)
    /// An http or https URL of at most so many Unicode code points.
    case webAddress(Int)

    var number: DecimalRule? {
        if case .number(let rule, _) = self { rule } else { nil }
    }

    /// The most code points of a text; nil where something else is counted.
    var maximumLength: Int? {
        switch self {
        case .text(let limit), .webAddress(let limit): limit
        case .category, .number: nil
        }
    }
}

extension DecimalRule {
    static let money = DecimalRule(scale: 2, minimum: 1, maximum: 99_999_999)
    static let stock = DecimalRule(scale: 0, minimum: 0, maximum: 1_000_000)
    static let weight = DecimalRule(scale: 3, minimum: 0, maximum: 9_999_999_999)
}
