import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle

/// Answers requests at an address by the endpoints it is given, each behind the same door.
struct HTTPListener: Sendable {
    /// Idle connections are closed after this time.
    let idle: Duration
    let door: EndpointRouter
    var page: @Sendable (Problem, Request) -> Response? = { _, _ in nil }
    let logger: Logger

    func service(at address: ListenAddress, _ endpoints: [Endpoint]) -> any Service {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let channel = HTTP1Channel.Configuration(
            idleTimeout: .init(idle),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))
        return Application(
            router: router(endpoints), server: .http1(configuration: channel),
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port), serverName: "catalog"),
            onServerRunning: { [logger] channel in
                logger.notice("http.listening", metadata: ["address": "\(channel.localAddress.map { "\($0)" } ?? "")"])
            },
            logger: quiet)
    }

    private func router(_ endpoints: [Endpoint]) -> Router<APIContext> {
        let router = Router(context: APIContext.self)
        router.add(middleware: Front(metrics: HTTPMetrics(endpoints), page: page, logger: logger))
        door.add(endpoints, to: router)
        return router
    }
}
