import Enrichment
import HTML

/// Requests, the newest first, and providers with what they may still be asked.
struct EnrichmentView: Component {
    let requests: [EnrichmentRequest]
    let hasMore, isFirst: Bool
    let providers: [ProviderState]

    var body: HTML {
        h1(.class("unseen")) { Texts.enrichment }
        Tabs.ops(Texts.enrichment)
        section(.class("card")) {
            h2 { Texts.providers }
            if providers.isEmpty { p(.class("empty")) { Texts.noProviders } } else { providerList }
        }
        section(.class("card")) {
            h2 { Texts.requests }
            if requests.isEmpty { p(.class("empty")) { Texts.noRequests } } else { requestList }
            p(.class("pager")) {
                if !isFirst { a(.href(EnrichmentPages.path)) { Texts.first } }
                if hasMore, let key = requests.last?.key {
                    a(.href(EnrichmentPages.path.with("before", key.at).with("id", key.id))) { Texts.next }
                }
            }
        }
    }

    private var providerList: Listing {
        Listing(
            Texts.providers,
            [
                .text(Texts.provider), .text(Texts.kind), .text(Texts.circuit), .text(Texts.why), .text(Texts.rates),
                .number(Texts.callsColumn), .number(Texts.credits),
            ]
        ) {
            for provider in providers {
                tr {
                    td(.class("name")) { provider.name }
                    td { provider.kind }
                    td { span(.class("pill \(Self.tone(provider.circuit))")) { provider.circuit.rawValue } }
                    td(.class("message")) { provider.because ?? Texts.none }
                    td { Self.limits(provider) }
                    td(.class("number")) { Figures.grouped(provider.calls) }
                    td(.class("number")) {
                        Figures.grouped(provider.creditsUsed)
                            + (provider.creditBudget.map { " / \(Figures.grouped($0))" } ?? "")
                    }
                }
            }
        }
    }

    private static func tone(_ circuit: ProviderState.Circuit) -> String {
        switch circuit {
        case .closed: "good"
        case .blocked: "warn"
        case .open, .stopped: "bad"
        }
    }

    private static func limits(_ provider: ProviderState) -> String {
        let words = [
            provider.perSecond.map { "\($0 == $0.rounded() ? "\(Int($0))" : "\($0)")/s" },
            provider.perHour.map { "\(Figures.grouped($0))/h" }, provider.perDay.map { "\(Figures.grouped($0))/d" },
        ].compactMap(\.self)
        return words.isEmpty ? Texts.none : words.joined(separator: ", ")
    }

    private var requestList: Listing {
        Listing(
            Texts.requests,
            [
                .text(Texts.file), .text(Texts.state), .number(Texts.records), .number(Texts.batches), .text(Texts.why),
                .number(Texts.created),
            ]
        ) {
            for request in requests {
                tr {
                    td(.class("name")) { request.fileName ?? request.requestID }
                    td { span(.class("pill \(Self.tone(request))")) { request.status.rawValue } }
                    td(.class("number")) { Figures.grouped(request.totalRecords) }
                    td(.class("number")) { "\(request.processedBatches)/\(request.totalBatches)" }
                    td(.class("message")) { Figures.short(Self.words(request)) }
                    td(.class("when")) { Moment(at: request.createdAt) }
                }
            }
        }
    }

    /// What is in the way, or whatever became of records other than that something was found of them.
    private static func words(_ request: EnrichmentRequest) -> String {
        if let reason = request.failureMessage ?? request.wait?.reason { return reason }
        guard let counts = request.recordCounts else { return "" }
        return counts.emptiness ?? (counts.matched == request.totalRecords ? "" : counts.words)
    }

    private static func tone(_ request: EnrichmentRequest) -> String {
        switch request.status {
        case .completed: request.recordCounts?.emptiness == nil ? "good" : "warn"
        case .partial: "warn"
        case .failed: "bad"
        case .processing: "busy"
        case .accepted, .cancelled: "plain"
        }
    }
}
