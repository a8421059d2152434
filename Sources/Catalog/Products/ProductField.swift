/// A column of a vendor file and of `catalog.products`, in the order of the table.
public enum ProductField: Int, CaseIterable, Sendable {
    case vendorProductID, productName, category, subcategory, description, sku, brand
    case price, compareAtPrice, stockQuantity, unit, weightKg, dimensionsCm, imageURL

    /// Name in the header of a file, in SQL and in messages.
    public var column: String {
        switch self {
        case .vendorProductID: "vendor_product_id"
        case .productName: "product_name"
        case .category: "category"
        case .subcategory: "subcategory"
        case .description: "description"
        case .sku: "sku"
        case .brand: "brand"
        case .price: "price"
        case .compareAtPrice: "compare_at_price"
        case .stockQuantity: "stock_quantity"
        case .unit: "unit"
        case .weightKg: "weight_kg"
        case .dimensionsCm: "dimensions_cm"
        case .imageURL: "image_url"
        }
    }

    /// Columns a file must have and a row must fill, in the order in which their absence is reported.
    public static let required: [ProductField] = [
        .vendorProductID, .productName, .category, .sku, .price, .stockQuantity,
    ]

    /// Columns a file may lack; an update then keeps the stored value.
    public static let optional = allCases.filter { !required.contains($0) }

    /// Finds a column by its name in a header, which must be trimmed and lower-cased.
    public init?(column: String) {
        guard let field = Self.allCases.first(where: { $0.column == column }) else { return nil }
        self = field
    }
}
