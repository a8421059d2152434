import API
import Catalog
import HTML

/// Products with a search.
struct ProductListView: Component {
    static let pageSize = 50

    let identity: Identity
    let search: String
    let vendor: String?
    /// One more than are shown, if there are more.
    let products: [ProductLine]

    private var isStaff: Bool { identity.role != .vendor }

    var body: HTML {
        h1 { Texts.products }
        section(.class("card")) {
            form(.class("choices"), .named("role", "search"), .action(ProductPages.path)) {
                label {
                    span { Texts.searchProducts }
                    input(.type("search"), .name("q"), .value(search), .named("maxlength", 100))
                }
                if let vendor { input(.type("hidden"), .name("vendor"), .value(vendor)) }
                button { Texts.search }
            }
        }
        section(.class("card")) {
            if products.isEmpty {
                p(.class("empty")) { search.isEmpty ? Texts.noProducts : Texts.nothingFound }
            } else {
                Listing(Texts.products, columns) { for product in products.prefix(Self.pageSize) { line(product) } }
            }
            p(.class("pager")) {
                if products.count > Self.pageSize {
                    let last = products[Self.pageSize - 1]
                    a(
                        .href(
                            ProductPages.path.with("q", search.isEmpty ? nil : search).with("vendor", vendor)
                                .with("cursor", Cursor([last.vendorID, last.productID]).text))
                    ) { Texts.moreProducts }
                }
            }
        }
    }

    private var columns: [Listing.Column] {
        [.text(Texts.productColumn), .text(Texts.category), .text(Texts.sku)] + (isStaff ? [.text(Texts.vendor)] : [])
            + [.number(Texts.price), .number(Texts.stock)]
    }

    private func line(_ product: ProductLine) -> HTML {
        tr {
            td(.class("name")) {
                a(.href(ProductPages.path / product.vendorID / product.productID)) { product.name }
                if product.status != "active" { span(.class("pill plain")) { Texts.inactive } }
            }
            td { product.category }
            td { code { product.sku } }
            if isStaff { td { product.vendorID } }
            td(.class("number")) { product.price }
            td(.class("number")) { Int(product.stock).map(Figures.grouped) ?? product.stock }
        }
    }
}
