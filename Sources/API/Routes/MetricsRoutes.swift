import Hummingbird

/// `GET /metrics`: how the service is doing.
struct MetricsRoutes: Sendable {
    let metrics: MetricsReport

    var endpoints: [Endpoint] { [prometheus] }

    private var prometheus: Endpoint {
        Endpoint(
            method: .get, path: "/metrics",
            summary:
                "Counters and gauges in the text format of Prometheus; those of the database at most 2 seconds old.",
            access: .anybody, answers: [.init(.ok, .text("text/plain"), "Metrics.")]
        ) { _ in .text(try await metrics.text(), "text/plain; version=0.0.4; charset=utf-8") }
    }
}
