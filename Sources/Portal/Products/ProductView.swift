import HTML

/// One product: what it costs and did cost, and every version of it.
struct ProductView: Component {
    let vendor, productID: String
    /// Oldest first.
    let versions: [ProductVersion]

    var body: HTML {
        p(.class("crumb")) { a(.href(ProductPages.path)) { Texts.products } }
        h1 { versions.last?.name ?? "" }
        section(.class("card")) {
            h2 { Texts.priceOverTime }
            PriceSteps(versions: versions)
        }
        if let attributes = versions.last?.attributes, !attributes.isEmpty {
            section(.class("card")) {
                h2 { Texts.attributes }
                dl {
                    for attribute in attributes {
                        div {
                            dt { attribute.name }
                            dd { attribute.value }
                        }
                    }
                }
            }
        }
        section(.class("card")) {
            h2 { Texts.versions }
            Listing(
                Texts.versions,
                [
                    .text(Texts.since), .number(Texts.price), .number(Texts.stock), .text(Texts.category),
                    .text(Texts.sku), .text(Texts.madeBy), .text(Texts.endedBy),
                ]
            ) { for version in versions.reversed() { line(version) } }
        }
    }

    private func line(_ version: ProductVersion) -> HTML {
        tr {
            td { if let from = version.from { Moment(at: from) } }
            td(.class("number")) { version.price }
            td(.class("number")) { Int(version.stock).map(Figures.grouped) ?? version.stock }
            td { version.category }
            td { code { version.sku } }
            td { if let upload = version.upload { link(to: upload) } }
            td {
                if let end = version.end { "\(Texts.end(end)) " }
                if let by = version.endedBy { by.hasPrefix("UPLOAD_") ? link(to: by) : HTML(text: by) }
            }
        }
    }

    private func link(to upload: String) -> HTML {
        a(.href(SitePath("/portal/uploads") / upload)) { code { upload } }
    }
}
