/// What `GET /metrics` says: series as they stand, after those that are only looked up have been.
package struct MetricReport: Sendable {
    private let registry: MetricRegistry
    private let refresh: @Sendable () async -> Void

    /// - Parameter refresh: looks up what nobody counts; keeps the old values where it cannot.
    package init(_ registry: MetricRegistry, refresh: @escaping @Sendable () async -> Void) {
        self.registry = registry
        self.refresh = refresh
    }

    package func text() async -> String {
        await refresh()
        return registry.text
    }

    /// The registry, after everything was looked up.
    package func refreshed() async -> MetricRegistry {
        await refresh()
        return registry
    }
}
