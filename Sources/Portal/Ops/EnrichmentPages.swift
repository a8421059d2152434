import API
import Enrichment
import HTML
import HTTPTypes
import Hummingbird

/// `/ops/enrichment`: requests, and how providers stand.
struct EnrichmentPages: Sendable {
    static let path = SitePath("/ops/enrichment")
    private static let pageSize = 30

    let site: Site

    var endpoints: [Endpoint] { [show] }

    private var show: Endpoint {
        let cursor = [
            Input("before", .text(atMost: 40), "Time of the last request of the page before."),
            Input("id", .text(atMost: 40), "Its id."),
        ]
        return .page(.get, "/ops/enrichment", access: .staff, query: cursor) { call in
            let before = call.values.text("before").flatMap { at in
                call.values.text("id").map { EnrichmentRequest.Key(at: at, id: $0) }
            }
            let (requests, providers) = try await site.services.database.look(as: call.identity) {
                (try $0.enrichments(before: before, limit: Self.pageSize + 1), try $0.providerStates())
            }
            let view = EnrichmentView(
                requests: Array(requests.prefix(Self.pageSize)), hasMore: requests.count > Self.pageSize,
                isFirst: before == nil, providers: providers)
            return site.page(call, Texts.enrichment, at: .ops) { view }
        }
    }
}
