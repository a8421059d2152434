import Hummingbird
import NIOCore
import Postgres

extension Shape {
    static let category = Shape(
        name: "Category",
        fields: [
            .init("categoryName", .text, "As it must stand in a file."),
            .init("isActive", .boolean, "Whether new rows may have it."),
        ])
}

enum CategoryQueries {
    static let list: Statement =
        "select \(Shape.category.columns) from catalog.product_categories order by category_name"

    static func put(_ name: String, isActive: Bool) -> Statement {
        """
        insert into catalog.product_categories (category_name, is_active) values (\(name)::text, \(isActive)::boolean)
        on conflict (category_name) do update set is_active = excluded.is_active
        returning \(Shape.category.columns)
        """
    }
}

/// `/categories`: the whitelist of rule 4.
struct CategoryRoutes: Sendable {
    let database: APIDatabase

    var endpoints: [Endpoint] { [list, put] }

    private var list: Endpoint {
        Endpoint(
            method: .get, path: "/categories", summary: "All categories.",
            answers: [.init(.ok, .list(.category), "The whitelist.")]
        ) { call in
            .json(try await database.read(as: call.identity, CategoryQueries.list) { Call.list($0[0], .category) })
        }
    }

    private var put: Endpoint {
        let inputs = [Input("isActive", .boolean, "false refuses new rows of it; true unless given.")]
        return Endpoint(
            method: .put, path: "/categories/{categoryName}", summary: "Approve a category, or refuse it from now on.",
            access: .operators,
            pathInputs: [Input("categoryName", .text(atMost: 100), "The category, percent-encoded.")],
            body: .json(inputs), answers: [.init(.ok, .object(.category), "The category.")]
        ) { call in
            let name = call.path("categoryName")
            let isActive = try await call.json(inputs).boolean("isActive") ?? true
            let put = try await database.write(for: call) {
                Call.object(try $0.query(CategoryQueries.put(name, isActive: isActive)), .category)
            }
            guard let put else { throw Problem.noSuch("category", name) }
            return .json(put)
        }
    }
}
