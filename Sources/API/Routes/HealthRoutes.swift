import HTTPTypes
import Hummingbird
import Logging

/// For load balancers: is the process alive, can it work. Both are cheap, however often they are asked.
struct HealthRoutes: Sendable {
    private let readiness: RecentCheck<Void>

    /// - Parameter isReady: throws the reason why the service cannot work now.
    init(isReady: @escaping @Sendable () async throws -> Void, logger: Logger) {
        readiness = RecentCheck {
            do {
                try await isReady()
            } catch {
                // Here, where it is told once for each check and not for each caller.
                logger.warning("service.not_ready", metadata: ["error": "\(error)"])
                throw error
            }
        }
    }

    var endpoints: [Endpoint] { [alive, ready] }

    private var alive: Endpoint {
        Endpoint(
            method: .get, path: "/healthz", summary: "The process is alive.", access: .anybody,
            answers: [.init(.ok, .text("text/plain"), "ok")]
        ) { _ in .text("ok\n") }
    }

    private var ready: Endpoint {
        Endpoint(
            method: .get, path: "/readyz",
            summary: "The service can work: database, schema and store are there, or were 2 seconds ago.",
            access: .anybody,
            answers: [.init(.ok, .text("text/plain"), "ready")]
        ) { _ in
            do {
                try await readiness.value()
                return .text("ready\n")
            } catch {
                throw Problem(.unavailable, "not ready: the log says why", retryAfter: 5)
            }
        }
    }
}

extension Response {
    static func text(_ text: String, _ type: String = "text/plain; charset=utf-8") -> Response {
        Response(status: .ok, headers: [.contentType: type], body: .init(byteBuffer: .init(string: text)))
    }
}
