package import CoreMetrics

extension MetricFamily {
    /// Counts something.
    /// - Parameter values: of its labels, in their order.
    package func add(_ count: Int = 1, _ values: String...) { counter(values).increment(by: Int64(count)) }

    /// Notes how long something took.
    package func observe(_ duration: Duration, _ values: String...) { recorder(values).record(duration.metricSeconds) }

    /// Notes how long something took, in seconds.
    package func observe(seconds: Double, _ values: String...) { recorder(values).record(seconds) }

    /// Says how something stands.
    package func set(_ value: Double, _ values: String...) { meter(values).set(value) }

    // For those who record often, and keep what records:

    package func counter(_ values: [String]) -> Counter {
        Counter(label: rawValue, dimensions: dimensions(values))
    }

    package func recorder(_ values: [String]) -> Recorder {
        Recorder(label: rawValue, dimensions: dimensions(values), aggregate: true)
    }

    package func meter(_ values: [String]) -> Meter { Meter(label: rawValue, dimensions: dimensions(values)) }

    private func dimensions(_ values: [String]) -> [(String, String)] { Array(zip(labels, values)) }
}

extension Duration {
    /// With fraction.
    package var metricSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
