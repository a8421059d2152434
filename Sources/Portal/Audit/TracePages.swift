import API
import Catalog
import HTML
import HTTPTypes
import Hummingbird

/// `/audit/products/{vendor}/{product}`: who changed this price, and by which row of which file.
struct TracePages: Sendable {
    let site: Site

    var endpoints: [Endpoint] { [show] }

    private var show: Endpoint {
        .page(
            .get, "/audit/products/{vendor}/{product}", access: .staff,
            pathInputs: [
                Input("vendor", .text(atMost: 50), "The vendor."),
                Input("product", .text(atMost: 100), "The vendor's key."),
            ]
        ) { call in
            let (vendor, product) = (call.path("vendor"), call.path("product"))
            let versions = try await site.services.database.look(as: call.identity) {
                try $0.productTrace(vendor: vendor, product: product)
            }
            guard !versions.isEmpty else { throw Problem.noSuch("product", product) }
            return site.page(call, product, at: .audit) {
                TraceView(vendor: vendor, product: product, versions: versions)
            }
        }
    }
}

/// Every version of a product, the newest first, with where it came from.
struct TraceView: Component {
    let vendor, product: String
    let versions: [ProductVersionTrace]

    var body: HTML {
        p(.class("crumb")) { a(.href(CataloguePages.path)) { Texts.catalogue } }
        h1 {
            product
            " "
            small { vendor }
        }
        section(.class("card")) {
            Listing(
                Texts.history,
                [
                    .number(Texts.price), .number(Texts.stock), .text(Texts.nameColumn), .text(Texts.who),
                    .text(Texts.rowOfFile), .number(Texts.since), .number(Texts.endedWhenBy),
                ]
            ) { for version in versions { line(version) } }
        }
    }

    private func line(_ version: ProductVersionTrace) -> HTML {
        tr {
            td(.class("number")) { version.price }
            td(.class("number")) { Figures.grouped(version.stock) }
            td(.class("value")) { Figures.short(version.name) }
            td(.class("message")) { version.actor ?? Texts.none }
            td(.class("name")) { source(version) }
            td(.class("when")) { if let since = version.since { Moment(at: since) } else { Texts.none } }
            td(.class("when")) {
                if let until = version.until { Moment(at: until) } else { Texts.stillThere }
                if let who = version.endedBy {
                    br()
                    small { who }
                }
            }
        }
    }

    private func source(_ version: ProductVersionTrace) -> HTML {
        guard let uploadID = version.uploadID else { return HTML(text: Texts.byHand) }
        return a(.href(SitePath("/portal/uploads") / uploadID)) {
            (version.fileName ?? uploadID) + (version.line.map { ", \($0)" } ?? "")
        }
    }
}
