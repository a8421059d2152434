/// How operators without Prometheus get metrics.
struct MetricSettings: Sendable {
    /// Whether a line a minute is written from which CloudWatch makes metrics.
    var isEmbedded = false
    /// Of these metrics in CloudWatch.
    var namespace = "catalog"

    init(_ variables: Variables) throws {
        isEmbedded = try variables.isOn("CATALOG_METRICS_EMF") ?? isEmbedded
        guard let name = variables["CATALOG_METRICS_NAMESPACE"] else { return }
        // "MetricDatum", Amazon CloudWatch API Reference.
        guard name.wholeMatch(of: /[0-9A-Za-z.\-_\/#]{1,255}/) != nil, !name.hasPrefix("AWS/") else {
            throw SettingsError(
                "CATALOG_METRICS_NAMESPACE", name,
                "expected up to 255 letters, digits and . - _ / #, not beginning with AWS/")
        }
        namespace = name
    }
}
