import API
import Catalog
import HTML
import HTTPTypes
import Hummingbird

/// `/ops/categories`: names that vendors tried in vain, approved with one click.
struct CategoryPages: Sendable {
    static let path = SitePath("/ops/categories")
    private static let name = Input("name", .text(atMost: 100), "The name.", required: true)

    let site: Site

    var endpoints: [Endpoint] { [list, show, approve] }

    private var list: Endpoint {
        .page(.get, "/ops/categories", access: .staff) { call in
            let tried = try await site.services.database.look(as: call.identity) { try $0.triedCategories() }
            let view = CategoryListView(tried: tried, mayWrite: call.identity.role == .operator)
            return site.page(call, Texts.categories, at: .ops) { view }
        }
    }

    private var show: Endpoint {
        .page(.get, "/ops/category", access: .staff, query: [Self.name]) { call in
            let name = call.values.text("name") ?? ""
            let (uploads, isApproved) = try await site.services.database.look(as: call.identity) {
                (try $0.uploads(thatTried: name), try $0.isApproved(category: name))
            }
            let view = CategoryView(
                name: name, uploads: uploads, isApproved: isApproved, mayWrite: call.identity.role == .operator)
            return site.page(call, name, at: .ops) { view }
        }
    }

    private var approve: Endpoint {
        .page(.post, "/ops/categories", access: .operators) { call in
            let name = try await call.form([Self.name]).text("name") ?? ""
            return try await site.services.database.answer(for: call) { session in
                guard try session.putCategory(name, isActive: true) != nil else { throw Problem.namelessCategory }
                return site.redirection(to: SitePath("/ops/category").with("name", name))
            }
        }
    }
}
