import CoreMetrics
import Postgres
import Telemetry

/// Counts connections, and how long work waits for them. What counts is made once: every statement comes by here.
struct PoolMetrics: PoolObserver {
    /// As pools are called, without what all names begin with.
    static let pools = ["api", "claim", "jobs", "service"]

    private let connections: [String: Meter]
    private let waits: [String: Recorder]

    init() {
        connections = Self.byApplication { MetricFamily.connections.meter([$0]) }
        waits = Self.byApplication { MetricFamily.connectionWait.recorder([$0]) }
    }

    func opened(_ application: String) { connections[application]?.increment(by: 1.0) }

    func closed(_ application: String) { connections[application]?.decrement(by: 1.0) }

    func waited(_ application: String, for duration: Duration) { waits[application]?.record(duration.metricSeconds) }

    private static func byApplication<Value>(_ make: (String) -> Value) -> [String: Value] {
        Dictionary(uniqueKeysWithValues: pools.map { ("catalog-\($0)", make($0)) })
    }
}
