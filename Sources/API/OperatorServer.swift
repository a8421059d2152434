package import Logging
package import Postgres
package import ServiceLifecycle
package import Telemetry

/// Health and metrics of a process that has nothing else to answer.
package struct OperatorServer: Sendable {
    private let listener: HTTPListener
    private let endpoints: [Endpoint]

    /// - Parameter isReady: throws the reason why the process cannot work now.
    package init(
        pool: Pool, metrics: MetricReport, logger: Logger, isReady: @escaping @Sendable () async throws -> Void
    ) {
        let configuration = APIServer.Configuration()
        let door = EndpointRouter(
            authenticator: Authenticator(pool: pool, issuer: nil), pages: nil,
            limiter: RequestLimiter(perSecond: configuration.requestsPerSecond),
            idempotency: Idempotency(pool: pool, maximumBodyBytes: 0), recordsReads: false)
        listener = HTTPListener(idle: configuration.idle, door: door, logger: logger)
        endpoints =
            HealthRoutes(isReady: isReady, logger: logger).endpoints + MetricsRoutes(metrics: metrics).endpoints
    }

    package func service(at address: ListenAddress) -> any Service { listener.service(at: address, endpoints) }
}
