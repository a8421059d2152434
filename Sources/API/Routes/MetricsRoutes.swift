import Hummingbird
import Telemetry

/// `GET /metrics`: how the service is doing.
struct MetricsRoutes: Sendable {
    let metrics: MetricReport

    var endpoints: [Endpoint] { [prometheus] }

    private var prometheus: Endpoint {
        Endpoint(
            method: .get, path: "/metrics",
            summary:
                "Metrics in the text format of Prometheus; those of the database at most 5 seconds old.",
            access: .anybody, answers: [.init(.ok, .text("text/plain"), "Metrics.")]
        ) { _ in .text(await metrics.text(), "text/plain; version=0.0.4; charset=utf-8") }
    }
}
