import Foundation
import Telemetry

/// What a process tells CloudWatch of a minute.
struct EmbeddedMetricValues {
    /// What is only ever counted up, at one moment.
    struct Counts {
        var requests = 0.0
        var failedRequests = 0.0
        var failedCalls = 0.0
        var uploads: [Int]
        var mails: [Int]

        init(_ registry: MetricRegistry) {
            for (labels, count) in registry.values(of: .requests) {
                requests += count
                if labels[1].hasPrefix("5") { failedRequests += count }
            }
            for (labels, count) in registry.values(of: .enrichmentCalls)
            where ["refused", "unknown"].contains(labels[1]) {
                failedCalls += count
            }
            uploads = registry.counts(of: .uploadDuration)
            mails = registry.counts(of: .mailDelay)
        }
    }

    struct Value {
        let name: String
        let unit: String
        let value: Double
    }

    /// Those that become series.
    let series: [Value]
    /// Those that only stand in the line.
    let others: [Value]

    init(_ registry: MetricRegistry, _ now: Counts, since last: Counts) {
        let requests = now.requests - last.requests
        let failed = now.failedRequests - last.failedRequests
        let dead = registry.values(of: .jobs).filter { $0.key[1] == "dead" }.values.reduce(0, +)
        // Lists wait for the limits of their providers, for hours if need be.
        let ages = registry.values(of: .jobOldestAge).filter { $0.key[0] != "enrich" }.values
        series = [
            Value(name: "JobsDead", unit: "Count", value: dead),
            Value(name: "OldestJobAge", unit: "Seconds", value: ages.max() ?? 0),
            Value(name: "RelayOldestAge", unit: "Seconds", value: registry.value(of: .relayOldestAge)),
            Value(name: "ServerErrors", unit: "Percent", value: requests > 0 ? 100 * failed / requests : 0),
            Value(name: "EnrichmentErrors", unit: "Count", value: now.failedCalls - last.failedCalls),
            Value(
                name: "UploadDuration", unit: "Seconds",
                value: Self.slowest(.uploadDuration, now.uploads, since: last.uploads)),
            Value(name: "MailDelay", unit: "Seconds", value: Self.slowest(.mailDelay, now.mails, since: last.mails)),
            Value(name: "CreditsLeft", unit: "Percent", value: Self.creditsLeft(registry)),
            Value(
                name: "CircuitsOpen", unit: "Count",
                value: registry.values(of: .enrichmentCircuitOpen).values.reduce(0, +)),
            Value(name: "OldestTransaction", unit: "Seconds", value: registry.value(of: .oldestTransaction)),
        ]
        others = [
            Value(name: "DeadTuples", unit: "Count", value: registry.value(of: .deadTuples)),
            Value(name: "PartitionsMissing", unit: "Count", value: registry.value(of: .partitionsMissing)),
        ]
    }

    /// The bound below which 99 of a hundred stayed; twice the last bound if they did not even stay below that.
    private static func slowest(_ family: MetricFamily, _ now: [Int], since last: [Int]) -> Double {
        guard case .histogram(let bounds) = family.kind, !now.isEmpty else { return 0 }
        let counts = zip(now, last).map { $0 - $1 }
        let total = counts.reduce(0, +)
        guard total > 0 else { return 0 }
        var within = 0
        for (bound, count) in zip(bounds, counts) {
            within += count
            if Double(within) >= 0.99 * Double(total) { return bound }
        }
        return (bounds.last ?? 0) * 2
    }

    /// Of the provider that has least left of its budget.
    private static func creditsLeft(_ registry: MetricRegistry) -> Double {
        let budgets = registry.values(of: .enrichmentCreditBudget)
        let shares = registry.values(of: .enrichmentCreditsLeft).compactMap { provider, left -> Double? in
            guard let budget = budgets[provider], budget.isFinite, budget > 0 else { return nil }
            return 100 * left / budget
        }
        return shares.min() ?? 100
    }

    /// One JSON object.
    func line(at date: Date, _ namespace: String) -> String {
        let directive: [String: Any] = [
            "Namespace": namespace, "Dimensions": [[String]()],
            "Metrics": series.map { ["Name": $0.name, "Unit": $0.unit] },
        ]
        var object: [String: Any] = [
            "_aws": ["Timestamp": Int(date.timeIntervalSince1970 * 1000), "CloudWatchMetrics": [directive]],
            "event": "metrics.embedded",
        ]
        for value in series + others { object[value.name] = value.value }
        // Dictionaries of strings and numbers always encode.
        let data = try! JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self)
    }
}

extension MetricRegistry {
    /// Of a family without labels.
    fileprivate func value(of family: MetricFamily) -> Double { values(of: family)[[]] ?? 0 }
}
