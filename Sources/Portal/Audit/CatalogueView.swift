import Catalog
import HTML

/// By field and slider: which moment, and which other one.
struct MomentForm: Component {
    let question: CataloguePages.Question

    var body: HTML {
        form(.class("card choices"), .named("method", "get"), .action(CataloguePages.path)) {
            label {
                span { Texts.moment }
                input(
                    .type("datetime-local"), .name("asOf"), .named("step", 1), .value(question.moment.field), .required)
            }
            label {
                span { Texts.minutesBack }
                input(
                    .type("range"), .name("back"), .named("min", 0), .named("max", CataloguePages.mostMinutes),
                    .value("0"))
            }
            label {
                span { Texts.compareWith }
                input(
                    .type("datetime-local"), .name("vs"), .named("step", 1), .value(question.other?.field ?? ""))
            }
            label {
                span { Texts.vendor }
                input(.type("text"), .name("vendor"), .value(question.vendor ?? ""), .named("maxlength", 50))
            }
            button { Texts.show }
        }
    }
}

/// The catalogue as it stood.
struct CatalogueView: Component {
    let question: CataloguePages.Question
    let products: [PastProduct]
    let hasMore: Bool

    var body: HTML {
        Tabs.audit(Texts.catalogue)
        MomentForm(question: question)
        section(.class("card")) {
            h1 { Texts.catalogue(at: question.moment.field.replacing("T", with: " ")) }
            if products.isEmpty { p(.class("empty")) { Texts.noPastProducts } } else { listing }
            p(.class("pager")) {
                if question.after != nil { a(.href(question.path())) { Texts.first } }
                if hasMore, let last = products.last { a(.href(question.path(after: last.key))) { Texts.next } }
            }
        }
    }

    private var listing: Listing {
        Listing(
            Texts.catalogue,
            [
                .text(Texts.vendor), .text(Texts.productColumn), .text(Texts.nameColumn), .text(Texts.category),
                .number(Texts.price), .number(Texts.stock), .number(Texts.since),
            ]
        ) {
            for product in products {
                tr {
                    td { product.vendorID }
                    td(.class("name")) { ProductLink(key: product.key) }
                    td(.class("value")) { Figures.short(product.name) }
                    td { product.category }
                    td(.class("number")) { product.price }
                    td(.class("number")) { Figures.grouped(product.stock) }
                    td(.class("when")) { Moment(at: product.since) }
                }
            }
        }
    }
}

/// Leads to where each price of a product came from.
struct ProductLink: Component {
    /// Vendor and the vendor's key.
    let key: [String]

    var body: HTML { a(.href(SitePath("/audit/products") / key[0] / key[1])) { key[1] } }
}

/// What differs between two moments.
struct DifferenceView: Component {
    let question: CataloguePages.Question
    let first, second: PastMoment
    let differences: [ProductDifference]
    let hasMore: Bool

    var body: HTML {
        Tabs.audit(Texts.catalogue)
        MomentForm(question: question)
        section(.class("card")) {
            h1 {
                Texts.differences(
                    first.field.replacing("T", with: " "), second.field.replacing("T", with: " "))
            }
            if differences.isEmpty { p(.class("empty")) { Texts.noDifference } } else { listing }
            p(.class("pager")) {
                if question.after != nil { a(.href(question.path())) { Texts.first } }
                if hasMore, let last = differences.last { a(.href(question.path(after: last.key))) { Texts.next } }
            }
        }
    }

    private var listing: Listing {
        Listing(
            Texts.change, [.text(Texts.vendor), .text(Texts.productColumn), .text(Texts.status), .text(Texts.change)]
        ) {
            for difference in differences {
                tr {
                    td { difference.vendorID }
                    td(.class("name")) { ProductLink(key: difference.key) }
                    td {
                        span(.class("pill \(Self.tone(difference.kind))")) {
                            Texts.name(ofDifference: difference.kind.rawValue)
                        }
                    }
                    td(.class("message")) { difference.changes.joined(separator: ", ") }
                }
            }
        }
    }

    private static func tone(_ kind: ProductDifference.Kind) -> String {
        switch kind {
        case .added: "good"
        case .removed: "bad"
        case .changed: "warn"
        }
    }
}
