import Catalog
import Hummingbird
import NIOCore
import Postgres

extension Shape {
    private static let productFields: [Field] =
        [.init("vendorId", .text, "Whose product it is.")] + ProductField.allCases.map(field) + [
            .init("status", .choice(["active", "inactive"]), "Whether it is on offer."),
            .init(
                "uploadId", .text, "The upload that made this version; null if it was changed by hand.", nullable: true),
            .init("validFrom", .timestamp, "When this version began."), attributes(column: "attributes"),
        ]

    private static func attributes(column: String) -> Field {
        Field(
            "attributes", .json(schema: #"{"type": "object", "additionalProperties": {"type": "string"}}"#),
            "What its vendor's files say of it in columns that are not ours; null if nothing is kept.", column: column,
            nullable: true)
    }

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
            .init("validFrom", .timestamp, "When this version began."),
            .init("validTo", .timestamp, "When it ended; null for the current version.", nullable: true),
            .init("madeByUpload", .text, "Which upload made it.", nullable: true),
            .init("endedBy", .text, "update, delete or revert.", nullable: true),
            .init("endedByUpload", .text, "Which upload ended it.", nullable: true),
            .init("endedByUser", .text, "Which database user ended it.", nullable: true),
            .init("price", .decimal, "Price."), .init("stockQuantity", .integer, "Pieces in stock."),
            .init("productName", .text, "Name."), .init("category", .text, "Category."), .init("sku", .text, "SKU."),
            attributes(column: "nullif(image -> 'attributes', 'null')"),
        ])
}

extension Input {
    /// Which attributes products must have.
    static let attributes = family(
        AttributeName.prefix, .text(atMost: AttributeRules.longestValue),
        "Only with this attribute, compared exactly: attribute.colour=red. Several must all be there.")
}

extension InputValues {
    var attributes: [String: String] { texts(AttributeName.prefix) }
}

/// `/products`: the catalogue and its past.
struct ProductRoutes: Sendable {
    let database: APIDatabase

    private static let path = "/products/{vendor}/{vendorProductId}"
    private static let key = [
        Input("vendor", .text(atMost: 50), "The vendor."),
        Input("vendorProductId", .text(atMost: 100), "The vendor's id of the product, percent-encoded."),
    ]

    var endpoints: [Endpoint] { [list, show, history] }

    private var list: Endpoint {
        Endpoint(
            method: .get, path: "/products", summary: "Products by vendor and the vendor's id.",
            query: [
                Input("vendor", .text(atMost: 50), "Only this vendor's."),
                Input("category", .text(atMost: 100), "Only of this category."),
                Input("sku", .text(atMost: 100), "The one with this SKU."),
                .attributes, Input("q", .text(atMost: 100), "Only with this text in name or brand, ignoring case."),
                .cursor(2), .limit,
            ],
            answers: [.init(.ok, .page(.product), "A page of products.")]
        ) { call in
            let limit = call.limit
            return .json(
                try await database.read(
                    as: call.identity, ProductReads.page(call.values, limit: limit + 1),
                    isQuick: !ProductReads.isSearch(call.values), mayLag: true
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
                    ProductReads.select(vendor: vendor, product: product, asOf: $0)
                } ?? ProductReads.select(vendor: vendor, product: product)
            let isPast = call.values.seconds("asOf") != nil
            let found = try await database.read(as: call.identity, statement, isQuick: true, mayLag: isPast) {
                Call.object($0[0], .product)
            }
            guard let found else { throw Problem.noSuch("product", product) }
            return .json(found)
        }
    }

    private var history: Endpoint {
        Endpoint(
            method: .get, path: "\(Self.path)/history", summary: "Every version of a product, oldest first.",
            pathInputs: Self.key, answers: [.init(.ok, .list(.productImage), "Its versions.")]
        ) { call in
            let (vendor, product) = (call.path("vendor"), call.path("vendorProductId"))
            let found = try await database.read(
                as: call.identity, ProductReads.history(vendor: vendor, product: product), isQuick: true,
                mayLag: true
            ) { rows in rows[0].isEmpty ? nil : Call.list(rows[0], .productImage) }
            guard let found else { throw Problem.noSuch("product", product) }
            return .json(found)
        }
    }
}
