/// Metrics in the text format 0.0.4 of Prometheus ("Exposition formats").
struct PrometheusText {
    private(set) var text = ""

    /// Begins a family; its samples follow.
    mutating func family(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    mutating func sample(_ name: String, _ labels: [(String, String)] = [], _ value: Double) {
        let list = labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
        let number = value.rounded() == value && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
        text += "\(name)\(list.isEmpty ? "" : "{\(list)}") \(number)\n"
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}

extension PrometheusText {
    /// The requests of this process.
    mutating func add(_ metrics: HTTPMetrics) {
        let series = metrics.series
        family("catalog_http_requests_total", "counter", "Requests answered.")
        for (key, value) in series {
            for (status, count) in value.requests.sorted(by: { $0.key < $1.key }) {
                sample(
                    "catalog_http_requests_total",
                    [("method", key.method), ("path", key.path), ("status", "\(status)")], Double(count))
            }
        }
        let name = "catalog_http_request_duration_seconds"
        family(name, "histogram", "Time to the answer's head.")
        for (key, value) in series {
            let labels = [("method", key.method), ("path", key.path)]
            var count = 0
            for (bound, within) in zip(HTTPMetrics.bounds.map { "\($0)" } + ["+Inf"], value.durations) {
                count += within
                sample("\(name)_bucket", labels + [("le", bound)], Double(count))
            }
            sample("\(name)_sum", labels, value.seconds)
            sample("\(name)_count", labels, Double(count))
        }
    }
}
