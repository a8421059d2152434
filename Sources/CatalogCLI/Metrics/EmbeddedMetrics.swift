import Foundation
import ServiceLifecycle
import Telemetry

/// Writes a line a minute from which CloudWatch makes metrics, for those without Prometheus.
///
/// Source: "Specification: Embedded metric format", Amazon CloudWatch User Guide. Ten series, because ten cost nothing; two more numbers
/// stand beside them, for metric filters.
struct EmbeddedMetrics: Service {
    let report: MetricReport
    let namespace: String
    var interval = Duration.seconds(60)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var last = EmbeddedMetricValues.Counts(await report.refreshed())
            // Only cancellation ends the sleep early.
            while (try? await Task.sleep(for: interval)) != nil {
                let registry = await report.refreshed()
                let now = EmbeddedMetricValues.Counts(registry)
                let values = EmbeddedMetricValues(registry, now, since: last)
                StandardStream.output.write(values.line(at: Date(), namespace) + "\n")
                last = now
            }
        }
    }
}
