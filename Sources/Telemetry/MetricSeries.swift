import CoreMetrics
import Threads

/// What one combination of label values has counted.
protocol MetricSeries: AnyObject, Sendable {
    func write(_ name: String, _ labels: [(String, String)], into text: inout MetricText)
}

/// Counts up.
final class CounterSeries: MetricSeries, CounterHandler {
    private let state = Locked(Int64(0))

    var value: Double { Double(state.withLock { $0 }) }

    func increment(by amount: Int64) { state.withLock { $0 &+= amount } }

    func reset() { state.withLock { $0 = 0 } }

    func write(_ name: String, _ labels: [(String, String)], into text: inout MetricText) {
        text.sample(name, labels, value)
    }
}

/// Stands somewhere. Also what is counted elsewhere, such as processor time.
final class GaugeSeries: MetricSeries, MeterHandler {
    private let state = Locked(0.0)

    var value: Double { state.withLock { $0 } }

    func set(_ value: Int64) { set(Double(value)) }

    func set(_ value: Double) { state.withLock { $0 = value } }

    func increment(by amount: Double) { state.withLock { $0 += amount } }

    func decrement(by amount: Double) { state.withLock { $0 -= amount } }

    func write(_ name: String, _ labels: [(String, String)], into text: inout MetricText) {
        text.sample(name, labels, value)
    }
}

/// Sorts what it is told by size.
final class HistogramSeries: MetricSeries, RecorderHandler {
    struct State {
        /// By bound, not yet added up; the last is beyond all.
        var counts: [Int]
        var sum = 0.0
    }

    let bounds: [Double]
    private let state: Locked<State>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Locked(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    var counts: [Int] { state.withLock { $0.counts } }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[bucket] += 1
            state.sum += value
        }
    }

    func write(_ name: String, _ labels: [(String, String)], into text: inout MetricText) {
        let (counts, sum) = state.withLock { ($0.counts, $0.sum) }
        var count = 0
        for (bound, within) in zip(bounds + [.infinity], counts) {
            count += within
            text.sample("\(name)_bucket", labels + [("le", MetricText.number(bound))], Double(count))
        }
        text.sample("\(name)_sum", labels, sum)
        text.sample("\(name)_count", labels, Double(count))
    }
}
