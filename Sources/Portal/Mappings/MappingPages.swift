import API
import Catalog
import HTML
import HTTPTypes
import Hummingbird
import Postgres

/// `/portal/mappings`: how the vendor's own files are read.
struct MappingPages: Sendable {
    static let path = SitePath("/portal/mappings")

    let site: Site

    var endpoints: [Endpoint] { [list, remove] }

    private var list: Endpoint {
        .page(.get, "/portal/mappings", access: .roles([.vendor])) { call in
            let vendor = call.identity.vendorID ?? ""
            let mappings = try await site.services.database.pool.run { try $0.mappings(vendor) }
            return site.page(call, Texts.mappings, at: .mappings) { MappingView(mappings: mappings) }
        }
    }

    private var remove: Endpoint {
        .page(
            .post, "/portal/mappings/{name}/remove", access: .roles([.vendor]),
            pathInputs: [Input("name", .text(atMost: 100), "The mapping.")]
        ) { call in
            let (vendor, name) = (call.identity.vendorID ?? "", call.path("name"))
            return try await site.services.database.answer(for: call) { session in
                guard try session.removeMapping(vendor, name) else { throw Problem.noSuch("mapping", name) }
                return site.redirection(to: Self.path)
            }
        }
    }
}
