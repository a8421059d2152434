package import API
package import Hummingbird

/// The pages of the service, for people: made by the server, usable without a script.
package struct Portal: PageSource {
    private static let beginnings = ["portal", "ops", "audit", "sign-in", "sign-out", "assets"]

    package init() {}

    package func endpoints(_ services: PageServices) -> [Endpoint] {
        let site = Site(services)
        let groups = [
            AssetPages(site: site).endpoints, SignInPages(site: site).endpoints,
            LinkPages(site: site).endpoints, IssuerPages(site: site).endpoints,
            UploadListPages(site: site).endpoints, UploadPages(site: site).endpoints, UndoPages(site: site).endpoints,
            CheckPages(site: site).endpoints, FixPages(site: site).endpoints,
            ProductPages(site: site).endpoints, MappingPages(site: site).endpoints, TokenPages(site: site).endpoints,
            OverviewPages(site: site).endpoints, JobPages(site: site).endpoints, VendorPages(site: site).endpoints,
            CategoryPages(site: site).endpoints, RoutePages(site: site).endpoints, RelayPages(site: site).endpoints,
            EnrichmentPages(site: site).endpoints, CataloguePages(site: site).endpoints,
            TracePages(site: site).endpoints, ActionPages(site: site).endpoints,
        ]
        return groups.flatMap(\.self)
    }

    package func answer(to problem: Problem, _ request: Request, _ services: PageServices) -> Response? {
        let pieces = request.uri.path.split(separator: "/")
        guard Self.beginnings.contains(where: { pieces.first.map(String.init) == $0 }) else { return nil }
        return Site(services).answer(to: problem, request)
    }
}
