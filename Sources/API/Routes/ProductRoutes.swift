import Catalog
import Hummingbird
import NIOCore
import Postgres

extension Shape {
    private static let productFields: [Field] =
        [.init("vendorId", .text, "Whose product it is.")] + ProductField.allCases.map(field) + [
            .init("status", .choice(["active", "inactive"]), "Whether it is on offer."),
            .init(
                "uploadId", .text, "Which upload made it what it is; null if it was changed by hand.", nullable: true),
            .init("validFrom", .timestamp, "Since when it has been so."),
        ]

    private static func field(_ field: ProductField) -> Field {
        let kind: Field.Kind = field.decimals.map { $0 == 0 ? .integer : .decimal } ?? .text
        return Field(camelCase(field.column), kind, field.summary, nullable: !field.isRequired)
    }

    private static func camelCase(_ column: String) -> String {
        let words = column.split(separator: "_")
        return words.dropFirst().reduce(String(words[0])) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() }
    }

    /// A product as it is, or was.
    static let product = Shape(name: "Product", fields: productFields)

    /// One of the versions of a product.
    static let productImage = Shape(
        name: "ProductImage",
        fields: [
            .init("validFrom", .timestamp, "Since when it was so."),
            .init("validTo", .timestamp, "Until when; null for the present one.", nullable: true),
            .init("madeByUpload", .text, "Which upload made it.", nullable: true),
            .init("endedBy", .text, "update, delete or revert.", nullable: true),
            .init("endedByUpload", .text, "Which upload ended it.", nullable: true),
            .init("endedByUser", .text, "Which database user ended it.", nullable: true),
            .init("price", .decimal, "Price."), .init("stockQuantity", .integer, "Pieces in stock."),
            .init("productName", .text, "Name."), .init("category", .text, "Category."), .init("sku", .text, "SKU."),
        ])
}

/// What is read of products, with the rights of whoever asks.
enum ProductQueries {
    /// In the order of the key, which an index has: a page costs as much as its rows, whatever comes before.
    static func page(_ values: InputValues, limit: Int) -> Statement {
        let pattern = values.text("q").map { "%" + escaped($0) + "%" }
        let conditions: Statement = .all(
            values.text("vendor").map { "vendor_id = \($0)::text" },
            values.text("category").map { "category = \($0)::text" }, values.text("sku").map { "sku = \($0)::text" },
            pattern.map { "(product_name ilike \($0)::text or brand ilike \($0)::text)" },
            values.cursor.map { "(vendor_id, vendor_product_id) > (\($0[0])::text, \($0[1])::text)" })
        return """
            select \(Shape.product.columns), vendor_id, vendor_product_id
            from catalog.products
            where \(conditions)
            order by vendor_id, vendor_product_id
            \(.limit(limit))
            """
    }

    /// Whether a page may cost a walk through all products: no index helps.
    static func isSearch(_ values: InputValues) -> Bool { values.text("q") != nil || values.text("category") != nil }

    /// What stands for itself in a pattern.
    private static func escaped(_ text: String) -> String {
        ["\\", "%", "_"].reduce(text) { $0.replacing($1, with: "\\" + $1) }
    }

    static func select(vendor: String, product: String) -> Statement {
        """
        select \(Shape.product.columns) from catalog.products
        where vendor_id = \(vendor)::text and vendor_product_id = \(product)::text
        """
    }

    /// Asks the past too: the view of one product, so that it is found by its key.
    static func select(vendor: String, product: String, asOf seconds: Double) -> Statement {
        """
        select \(Shape.product.columns) from audit.products_as_of(to_timestamp(\(seconds)::float8))
        where vendor_id = \(vendor)::text and vendor_product_id = \(product)::text
        order by valid_from desc limit 1
        """
    }

    static func history(vendor: String, product: String) -> Statement {
        "select \(Shape.productImage.columns) from audit.product_history(\(vendor)::text, \(product)::text)"
    }
}

/// `/products`: the catalogue and its past.
struct ProductRoutes: Sendable {
    let database: APIDatabase

    private static let path = "/products/{vendor}/{vendorProductId}"
    private static let key = [
        Input("vendor", .text(atMost: 50), "The vendor."),
        Input("vendorProductId", .text(atMost: 100), "What the vendor calls the product, percent-encoded."),
    ]

    var endpoints: [Endpoint] { [list, show, history] }

    private var list: Endpoint {
        Endpoint(
            method: .get, path: "/products", summary: "Products by vendor and the vendor's id.",
            query: [
                Input("vendor", .text(atMost: 50), "Only this vendor's."),
                Input("category", .text(atMost: 100), "Only of this category."),
                Input("sku", .text(atMost: 100), "The one with this SKU."),
                Input("q", .text(atMost: 100), "Only with this in name or brand, in any case."),
                .cursor(2), .limit,
            ],
            answers: [.init(.ok, .page(.product), "A page of products.")]
        ) { call in
            let limit = call.limit
            return .json(
                try await database.read(
                    as: call.identity, ProductQueries.page(call.values, limit: limit + 1),
                    isQuick: !ProductQueries.isSearch(call.values)
                ) {
                    Call.page($0[0], .product, limit: limit, key: 2)
                })
        }
    }

    private var show: Endpoint {
        Endpoint(
            method: .get, path: Self.path, summary: "A product as it is, or was.", pathInputs: Self.key,
            query: [Input("asOf", .timestamp, "As it was then.")],
            answers: [.init(.ok, .object(.product), "The product.")]
        ) { call in
            let (vendor, product) = (call.path("vendor"), call.path("vendorProductId"))
            let statement =
                call.values.seconds("asOf").map {
                    ProductQueries.select(vendor: vendor, product: product, asOf: $0)
                } ?? ProductQueries.select(vendor: vendor, product: product)
            let found = try await database.read(as: call.identity, statement, isQuick: true) {
                Call.object($0[0], .product)
            }
            guard let found else { throw Problem.noSuch("product", product) }
            return .json(found)
        }
    }

    private var history: Endpoint {
        Endpoint(
            method: .get, path: "\(Self.path)/history", summary: "Every version of a product, oldest first.",
            pathInputs: Self.key, answers: [.init(.ok, .list(.productImage), "Its images.")]
        ) { call in
            let (vendor, product) = (call.path("vendor"), call.path("vendorProductId"))
            let found = try await database.read(
                as: call.identity, ProductQueries.history(vendor: vendor, product: product), isQuick: true
            ) { rows in rows[0].isEmpty ? nil : Call.list(rows[0], .productImage) }
            guard let found else { throw Problem.noSuch("product", product) }
            return .json(found)
        }
    }
}
