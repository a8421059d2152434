import API
import CoreMetrics
import Intake
import Logging
import Postgres
import Telemetry

extension ServiceRunner {
    /// Every queue of this program, whether or not this process works for it.
    private var queues: [String] { composition.settings.service.queues }

    /// Connections that are counted.
    var connector: Connector {
        var connector = composition.database.connector
        connector.observer = isMeasured ? PoolMetrics() : nil
        return connector
    }

    /// Whether anybody is told what would be measured.
    private var isMeasured: Bool {
        let settings = composition.settings.service
        return roles.contains(.api) || settings.http.operatorsAddress != nil || settings.metrics.isEmbedded
    }

    /// Makes what measures in this process count from now on.
    /// - Returns: nil if nobody would be told.
    func startMetrics() -> MetricRegistry? {
        guard isMeasured else { return nil }
        let registry = MetricRegistry.prepared(queues: queues)
        MetricsSystem.bootstrap(registry)
        MetricFamily.build.set(1, CatalogCommand.release, BuildCommit.text)
        return registry
    }

    func report(
        _ registry: MetricRegistry, _ pool: Pool, _ poller: ArrivalPoller?, _ logger: Logger
    ) -> MetricReport {
        let database = DatabaseGauges(pool, queues: queues, logger: logger)
        return MetricReport(registry) {
            ProcessGauges.refresh()
            if let poller { MetricFamily.pollerLag.set(poller.lag.metricSeconds) }
            await database.refresh()
        }
    }
}
