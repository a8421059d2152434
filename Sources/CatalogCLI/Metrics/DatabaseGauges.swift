import CoreMetrics
import Enrichment
import Foundation
import Logging
import Postgres
import Telemetry
import Threads

/// How the database stands, asked at most every five seconds however many want to know.
///
/// While it is away its gauges keep their values, and `catalog_gauges_age_seconds` tells how old they are.
final class DatabaseGauges: Sendable {
    /// How old an answer may be, in seconds.
    private static let lifetime: TimeInterval = 5
    /// Prometheus waits for ten seconds.
    private static let limit = Duration.seconds(5)

    private struct State {
        var readAt = ContinuousClock.now
        /// What was told before and may be gone now: it stands at 0 then.
        var known: Set<Key> = []
    }

    private struct Key: Hashable {
        var family: MetricFamily
        var values: [String]
    }

    private let state: Locked<State>
    private let reading: ExpiringValue<Bool>

    init(_ pool: Pool, queues: [String], logger: Logger) {
        let state = Locked(State())
        self.state = state
        reading = ExpiringValue {
            let isRead: Bool
            do {
                Self.take(try await Self.read(pool, queues), into: state)
                isRead = true
            } catch {
                logger.warning("metrics.gauges.unread", metadata: ["error": "\(error)"])
                isRead = false
            }
            let end = Date().addingTimeInterval(Self.lifetime)
            return .init(isRead, renewAt: end, validUntil: end)
        }
    }

    func refresh() async {
        // What it throws is the cancellation of whoever asked.
        _ = try? await reading.value()
        let age = ContinuousClock.now - state.withLock { $0.readAt }
        MetricFamily.gaugesAge.set(age.metricSeconds)
    }

    private static func read(_ pool: Pool, _ queues: [String]) async throws -> [(key: Key, value: Double)] {
        try await pool.run(within: limit) { session in
            try session.query(GaugeQueries.select(queues)).compactMap { row in
                let values = [try row.get("subject", as: String?.self), try row.get("state", as: String?.self)]
                guard let family = MetricFamily(rawValue: try row.get("family")) else { return nil }
                return (Key(family: family, values: values.compactMap { $0 }), try row.get("value"))
            }
        }
    }

    private static func take(_ gauges: [(key: Key, value: Double)], into state: Locked<State>) {
        let told = Set(gauges.map(\.key))
        let gone = state.withLock { state in
            state.readAt = .now
            defer { state.known = told }
            return state.known.subtracting(told)
        }
        // Its other series begin with the first sight of a provider, before anybody calls it.
        for (key, _) in gauges where key.family == .enrichmentCreditsLeft { EnrichmentMetrics.prepare(key.values[0]) }
        for key in gone { key.family.meter(key.values).set(0.0) }
        for (key, value) in gauges { key.family.meter(key.values).set(value) }
    }
}
