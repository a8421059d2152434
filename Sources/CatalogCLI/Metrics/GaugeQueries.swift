import Postgres

/// The statement of `catalog.gauges`.
enum GaugeQueries {
    /// - Parameter queues: told even if they have no jobs.
    static func select(_ queues: [String]) -> Statement {
        "select family, subject, state, value from catalog.gauges(\(queues)::text[])"
    }
}
