import Catalog
import HTML

/// Vendors by id, with twelve weeks of quality each.
struct VendorListView: Component {
    let vendors: [VendorQuality]
    let hasMore, isFirst: Bool

    var body: HTML {
        h1(.class("unseen")) { Texts.vendors }
        Tabs.ops(Texts.vendors)
        section(.class("card")) {
            if vendors.isEmpty { p(.class("empty")) { Texts.noVendors } } else { listing }
            p(.class("pager")) {
                if !isFirst { a(.href(VendorPages.path)) { Texts.first } }
                if hasMore, let last = vendors.last {
                    a(.href(VendorPages.path.with("after", last.vendorID))) { Texts.next }
                }
            }
        }
    }

    private var listing: Listing {
        Listing(
            Texts.vendors,
            [
                .text(Texts.vendor), .text(Texts.status), .number(Texts.uploadsColumn), .number(Texts.failedUploads),
                .number(Texts.rows), .number(Texts.rejectedRowsColumn), .text(Texts.weeks),
            ]
        ) {
            for vendor in vendors {
                tr {
                    td(.class("name")) {
                        a(.href(SitePath("/portal").with("vendor", vendor.vendorID))) { vendor.vendorID }
                        " "
                        small { vendor.name }
                    }
                    td { span(.class("pill \(vendor.status == "active" ? "good" : "plain")")) { vendor.status } }
                    td(.class("number")) { Figures.grouped(vendor.uploads) }
                    td(.class("number")) { Figures.grouped(vendor.failedUploads) }
                    td(.class("number")) { Figures.grouped(vendor.rows) }
                    td(.class("number")) { Figures.grouped(vendor.rejectedRows) }
                    td {
                        Sparkline(
                            values: vendor.weeks.map { Int($0 ?? 0) },
                            words: vendor.weeks.map(Texts.weekShare).joined(separator: ", "))
                    }
                }
            }
        }
    }
}
