import Telemetry

/// Counts what was found out, and by whom.
package enum EnrichmentMetrics {
    private static let outcomes = ["match", "no_match", "error"]

    /// Makes the series of a provider, so that they stand at 0 before its first call.
    package static func prepare(_ provider: String) {
        for state in CallEnd.State.allCases { _ = MetricFamily.enrichmentCalls.counter([provider, state.rawValue]) }
        for outcome in outcomes { _ = MetricFamily.enrichmentRecords.counter([provider, outcome]) }
        _ = MetricFamily.enrichmentCreditsUsed.counter([provider])
        _ = MetricFamily.enrichmentCall.recorder([provider])
    }

    static func count(_ results: [BatchResult], _ errors: [BatchError]) {
        for (choice, count) in counts(results.map { [$0.choice.provider, $0.choice.isMatch ? "match" : "no_match"] }) {
            MetricFamily.enrichmentRecords.add(count, choice[0], choice[1])
        }
        for (choice, count) in counts(errors.map { [$0.provider, "error"] }) {
            MetricFamily.enrichmentRecords.add(count, choice[0], choice[1])
        }
    }

    private static func counts(_ values: [[String]]) -> [[String]: Int] {
        values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }
}
