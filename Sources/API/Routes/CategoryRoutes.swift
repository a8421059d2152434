import Catalog
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

extension Problem {
    package static let namelessCategory = Problem(
        .invalidParameter, "a category of nothing but spaces cannot be approved: name one")
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
            .json(try await database.read(as: call.identity, CategoryReads.list) { Call.list($0[0], .category) })
        }
    }

    private var put: Endpoint {
        let inputs = [Input("isActive", .boolean, "false: new rows with it are refused; the default is true.")]
        return Endpoint(
            method: .put, path: "/categories/{categoryName}", summary: "Approve a category, or stop accepting it.",
            access: .operators,
            pathInputs: [Input("categoryName", .text(atMost: 100), "The category, percent-encoded.")],
            body: .json(inputs), answers: [.init(.ok, .object(.category), "The category.")]
        ) { call in
            let name = call.path("categoryName")
            let isActive = try await call.json(inputs).boolean("isActive") ?? true
            let put = try await database.write(for: call) { session in
                guard let put = try session.putCategory(name, isActive: isActive) else {
                    throw Problem.namelessCategory
                }
                return Call.object(try session.query(CategoryReads.select(put)), .category)
            }
            guard let put else { throw Problem.noSuch("category", name) }
            return .json(put)
        }
    }
}
