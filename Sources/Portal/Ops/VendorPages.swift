import API
import Catalog
import HTML
import HTTPTypes
import Hummingbird

/// `/ops/vendors`: how good vendors' files are, by week.
struct VendorPages: Sendable {
    static let path = SitePath("/ops/vendors")
    private static let pageSize = 50

    let site: Site

    var endpoints: [Endpoint] { [list] }

    private var list: Endpoint {
        let after = Input("after", .text(atMost: 50), "The last vendor of the page before.")
        return .page(.get, "/ops/vendors", access: .staff, query: [after]) { call in
            let after = call.values.text("after")
            let vendors = try await site.services.database.look(as: call.identity) {
                try $0.vendorQuality(after: after, limit: Self.pageSize + 1)
            }
            let view = VendorListView(
                vendors: Array(vendors.prefix(Self.pageSize)), hasMore: vendors.count > Self.pageSize,
                isFirst: after == nil)
            return site.page(call, Texts.vendors, at: .ops) { view }
        }
    }
}
