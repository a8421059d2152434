import HTTPTypes
import Hummingbird
import Logging

/// For whoever keeps the service running: does it live, can it work, how is it doing.
struct HealthRoutes: Sendable {
    let isReady: @Sendable () async throws -> Void
    let metrics: MetricsReport
    let logger: Logger

    var endpoints: [Endpoint] { [health, readiness, prometheus] }

    private var health: Endpoint {
        Endpoint(
            method: .get, path: "/healthz", summary: "The process lives.", access: .anybody,
            answers: [.init(.ok, .text("text/plain"), "ok")]
        ) { _ in .text("ok\n") }
    }

    private var readiness: Endpoint {
        Endpoint(
            method: .get, path: "/readyz", summary: "It can work: database, schema and store are there.",
            access: .anybody,
            answers: [.init(.ok, .text("text/plain"), "ready")]
        ) { _ in
            do {
                try await isReady()
                return .text("ready\n")
            } catch {
                logger.warning("service.not_ready", metadata: ["error": "\(error)"])
                throw Problem(.unavailable, "not ready: the log says why", retryAfter: 5)
            }
        }
    }

    private var prometheus: Endpoint {
        Endpoint(
            method: .get, path: "/metrics", summary: "Counters and gauges in the text format of Prometheus.",
            access: .anybody,
            answers: [.init(.ok, .text("text/plain"), "Metrics.")]
        ) { _ in .text(try await metrics.text(), "text/plain; version=0.0.4; charset=utf-8") }
    }
}

extension Response {
    static func text(_ text: String, _ type: String = "text/plain; charset=utf-8") -> Response {
        Response(status: .ok, headers: [.contentType: type], body: .init(byteBuffer: .init(string: text)))
    }
}
