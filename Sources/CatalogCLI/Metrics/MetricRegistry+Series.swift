import Catalog
import Intake
import Telemetry

extension MetricRegistry {
    /// Everything whose labels are known stands at 0 from the start. Of providers and routes, those who know them say so.
    static func prepared(queues: [String]) -> MetricRegistry {
        let registry = MetricRegistry()
        let sources = ObjectEvent.Source.allCases.map(\.rawValue)
        registry.prepare(.uploads, ["completed", "partial", "failed"], sources + ["none"])
        registry.prepare(.uploadRows, ["valid", "error"])
        registry.prepare(.uploadErrors, RowErrorType.allCases.map(\.rawValue))
        registry.prepare(.intakeEvents, sources, ArrivalOutcome.names)
        registry.prepare(.jobs, queues, ["ready", "waiting", "running", "dead"])
        registry.prepare(.jobOldestAge, queues)
        registry.prepare(.queuePaused, queues)
        registry.prepare(.jobAttempts, queues, QueueMetrics.Outcome.allCases.map(\.rawValue))
        registry.prepare(.jobDuration, queues)
        registry.prepare(.relayWindows, ["open", "sealed", "packing", "delivered"])
        registry.prepare(.relayFailures, ["source", "target", "repair"])
        registry.prepare(.connections, PoolMetrics.pools)
        registry.prepare(.connectionWait, PoolMetrics.pools)
        return registry
    }
}
