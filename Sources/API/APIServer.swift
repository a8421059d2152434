import Hummingbird
import Ingest
import Logging
import Postgres
import ServiceLifecycle

/// The HTTP side of the service.
public struct APIServer: Sendable {
    let host: String
    let port: Int
    let pool: Pool
    let intake: EventIntake
    let links: ReportLinks
    let isReady: @Sendable () async throws -> Void
    let logger: Logger

    /// - Parameters:
    ///   - port: 0 takes a free one, which the log names.
    ///   - isReady: throws the reason why the service cannot work now.
    public init(
        host: String, port: Int, pool: Pool, intake: EventIntake, links: ReportLinks,
        isReady: @escaping @Sendable () async throws -> Void,
        logger: Logger
    ) {
        self.host = host
        self.port = port
        self.pool = pool
        self.intake = intake
        self.links = links
        self.isReady = isReady
        self.logger = logger
    }

    /// Listens until it is asked to stop.
    public func service() throws -> any Service {
        let router = Router()
        EventRoutes(intake: intake, logger: logger).add(to: router)
        ReportRoutes(links: links, pool: pool, logger: logger).add(to: router)
        HealthRoutes(isReady: isReady, logger: logger).add(to: router)
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: "catalog"),
            onServerRunning: { [logger] channel in
                logger.notice("http.listening", metadata: ["address": "\(channel.localAddress.map { "\($0)" } ?? "")"])
            },
            logger: quiet)
    }
}
