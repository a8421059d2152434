import API
import Foundation
import HTML
import HTTPTypes
import Hummingbird
import Postgres

/// `/portal/products`: the catalogue as it is, and each product as it was.
struct ProductPages: Sendable {
    static let path = SitePath("/portal/products")

    let site: Site

    var endpoints: [Endpoint] { [list, show] }

    private var list: Endpoint {
        .page(
            .get, "/portal/products",
            query: [
                Input("q", .text(atMost: 100), "A part of the name or brand."),
                Input("sku", .text(atMost: 100), "The one with this SKU."),
                Input("vendor", .text(atMost: 50), "Only this vendor's."),
                Input("cursor", .cursor(parts: 2), "Where the page begins."),
            ]
        ) { call in
            let statement = ProductReads.page(call.values, limit: ProductListView.pageSize + 1)
            let products = try await site.services.database.read(as: call.identity, statement, mayLag: true) {
                try $0[0].map(ProductLine.init)
            }
            let view = ProductListView(
                identity: call.identity, search: call.values.text("q") ?? "", vendor: call.values.text("vendor"),
                products: products)
            return site.page(call, Texts.products, at: .products) { view }
        }
    }

    private var show: Endpoint {
        .page(
            .get, "/portal/products/{vendor}/{productId}",
            pathInputs: [
                Input("vendor", .text(atMost: 50), "The vendor."), Input("productId", .text(atMost: 100), "Its id."),
            ]
        ) { call in
            let (vendor, id) = (call.path("vendor"), call.path("productId"))
            let versions = try await site.services.database.read(
                as: call.identity, ProductReads.history(vendor: vendor, product: id), mayLag: true
            ) { $0[0].map(ProductVersion.init) }
            guard let last = versions.last else { throw Problem.noSuch("product", id) }
            return site.page(call, last.name, at: .products) {
                ProductView(vendor: vendor, productID: id, versions: versions)
            }
        }
    }
}

/// A product of a list.
struct ProductLine: Sendable {
    let vendorID, productID, name, category, sku, price, stock, status: String

    init(_ row: Row) throws {
        (vendorID, productID) = (try row.get("vendor_id"), try row.get("vendor_product_id"))
        (name, category) = (try row.get("product_name"), try row.get("category"))
        (sku, price, stock) = (try row.get("sku"), try row.get("price"), try row.get("stock_quantity"))
        status = try row.get("status")
    }
}

/// A product as it was for a time; in the order of `ProductReads.history`.
struct ProductVersion: Sendable {
    /// RFC 3339, UTC.
    let from, to: String?
    let upload, end, endedBy: String?
    let price, stock, name, category, sku: String
    /// In the order of their names.
    let attributes: [(name: String, value: String)]

    init(_ row: Row) {
        (from, to, upload) = (row[0], row[1], row[2])
        (end, endedBy) = (row[3], row[4] ?? row[5])
        (price, stock, name) = (row[6] ?? "", row[7] ?? "", row[8] ?? "")
        (category, sku) = (row[9] ?? "", row[10] ?? "")
        let json = Data((row[11] ?? "{}").utf8)
        let kept = try? JSONDecoder().decode([String: String].self, from: json)  // PostgreSQL wrote it
        attributes = (kept ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
