package import CoreMetrics
import Threads

/// Keeps every series of this process, for whoever asks: families are known from the start, series only come and never go.
package final class MetricRegistry: MetricsFactory {
    private let all = Locked<[MetricFamily: [[String]: any MetricSeries]]>([:])

    /// Series without labels are there at once.
    package init() {
        for family in MetricFamily.allCases where family.labels.isEmpty { _ = series(family, []) }
    }

    /// Makes series that stand at 0 until something happens.
    /// - Parameter values: for each label its possible values: every combination becomes a series.
    package func prepare(_ family: MetricFamily, _ values: [String]...) {
        let combinations = values.reduce([[]]) { made, values in
            made.flatMap { begin in values.map { begin + [$0] } }
        }
        for combination in combinations { _ = series(family, combination) }
    }

    /// The text format of Prometheus: families in their order, series in that of their labels.
    package var text: String {
        let all = all.withLock { $0 }
        var text = MetricText()
        for family in MetricFamily.allCases {
            let definition = family.definition
            text.family(family.rawValue, definition.kind, definition.help)
            let series = (all[family] ?? [:]).sorted { $0.key.lexicographicallyPrecedes($1.key) }
            for (values, one) in series {
                one.write(family.rawValue, Array(zip(definition.labels, values)), into: &text)
            }
        }
        return text.text
    }

    /// Values of counters and gauges, by those of their labels.
    package func values(of family: MetricFamily) -> [[String]: Double] {
        (all.withLock { $0[family] } ?? [:]).compactMapValues {
            ($0 as? CounterSeries)?.value ?? ($0 as? GaugeSeries)?.value
        }
    }

    /// Counts of a histogram without labels, bound by bound; the last is beyond all.
    package func counts(of family: MetricFamily) -> [Int] {
        (all.withLock { $0[family]?[[]] } as? HistogramSeries)?.counts ?? []
    }

    private func series(_ family: MetricFamily, _ values: [String]) -> any MetricSeries {
        all.withLock { all in
            if let known = all[family]?[values] { return known }
            let made: any MetricSeries
            switch family.kind {
            // What the system has counted already is set as it stands.
            case .counter where family == .processCPU, .gauge: made = GaugeSeries()
            case .counter: made = CounterSeries()
            case .histogram(let bounds): made = HistogramSeries(bounds: bounds)
            }
            all[family, default: [:]][values] = made
            return made
        }
    }

    /// - Returns: nil for what is no family of ours, or no series of that kind.
    private func handler<Handler>(_ label: String, _ dimensions: [(String, String)], as _: Handler.Type) -> Handler? {
        MetricFamily(rawValue: label).flatMap { family in
            series(family, family.labels.map { name in dimensions.first { $0.0 == name }?.1 ?? "" }) as? Handler
        }
    }
}

/// What libraries measure under names of their own is not kept.
extension MetricRegistry {
    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        handler(label, dimensions, as: CounterSeries.self) ?? NOOPMetricsHandler.instance
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        handler(label, dimensions, as: GaugeSeries.self) ?? NOOPMetricsHandler.instance
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        handler(label, dimensions, as: HistogramSeries.self) ?? NOOPMetricsHandler.instance
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        NOOPMetricsHandler.instance
    }

    // Series never go: what counts up must not begin again.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}
}
