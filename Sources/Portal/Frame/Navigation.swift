import API
import Catalog
import HTML

/// Where one can go, by what one may do, and who one is.
struct Navigation: Component {
    enum Place: CaseIterable {
        case uploads, products, mappings, tokens, ops, audit

        var path: SitePath {
            switch self {
            case .uploads: SitePath("/portal")
            case .products: ProductPages.path
            case .mappings: MappingPages.path
            case .tokens: TokenPages.path
            case .ops: SitePath("/ops")
            case .audit: SitePath("/audit")
            }
        }

        var title: String {
            switch self {
            case .uploads: Texts.uploads
            case .products: Texts.products
            case .mappings: Texts.mappings
            case .tokens: Texts.tokens
            case .ops: Texts.operations
            case .audit: Texts.audit
            }
        }

        var roles: [AccessRole] {
            switch self {
            case .uploads, .products: AccessRole.allCases
            case .mappings, .tokens: [.vendor]
            case .ops, .audit: [.operator, .auditor]
            }
        }
    }

    let identity: Identity
    let place: Place?

    var body: HTML {
        header(.class("bar")) {
            a(.class("brand"), .href(SitePath("/portal"))) {
                Icon(shape: .mark)
                span { Texts.product }
            }
            if let role = identity.role {
                nav(.label(Texts.mainNavigation)) {
                    ul {
                        for other in Place.allCases where other.roles.contains(role) { li { link(to: other) } }
                    }
                }
                div(.class("who")) {
                    span(.title(identity.subject)) { identity.vendorID ?? Texts.name(of: role) }
                    form(.named("method", "post"), .action(SitePath("/sign-out"))) {
                        button(.class("quiet")) { Texts.signOut }
                    }
                }
            }
        }
    }

    private func link(to other: Place) -> HTML {
        a(.href(other.path), other == place ? .named("aria-current", "page") : nil) { other.title }
    }
}
