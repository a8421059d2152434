import Hummingbird
import Logging

/// `GET /healthz`: the process lives. `GET /readyz`: it can work: database, schema and store.
struct HealthRoutes: Sendable {
    let isReady: @Sendable () async throws -> Void
    let logger: Logger

    func add(to router: Router<BasicRequestContext>) {
        router.get("/healthz") { _, _ in "ok\n" }
        router.get("/readyz") { _, _ in
            do {
                try await isReady()
                return "ready\n"
            } catch {
                logger.warning("service.not_ready", metadata: ["error": "\(error)"])
                throw HTTPError(.serviceUnavailable, message: "not ready: the log says why")
            }
        }
    }
}
