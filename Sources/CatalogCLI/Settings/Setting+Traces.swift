/// Where traces go. Every SDK of OpenTelemetry reads these.
extension Setting {
    static let otelEndpoint = Setting(
        "OTEL_EXPORTER_OTLP_ENDPOINT", fallback: "no traces",
        meaning: """
            a collector that takes OTLP over HTTP: spans of requests, jobs and calls go there as JSON; `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` \
            is the whole address and goes first
            """, example: "http://collector:4318")
    static let otelHeaders = Setting(
        "OTEL_EXPORTER_OTLP_HEADERS", meaning: "headers for the collector, `name=value,…`, percent-encoded",
        example: "api-key=s3cr3t")
    static let otelTimeout = Setting(
        "OTEL_EXPORTER_OTLP_TIMEOUT", .whole(1...600_000), fallback: "10000",
        meaning: "how long the collector may take to answer, in milliseconds", example: "3000")
    static let otelServiceName = Setting(
        "OTEL_SERVICE_NAME", fallback: "`catalog`", meaning: "the name of this service in traces",
        example: "catalog-worker")
    static let otelResourceAttributes = Setting(
        "OTEL_RESOURCE_ATTRIBUTES", meaning: "more about this process, `name=value,…`",
        example: "deployment.environment=production")
    static let otelSampler = Setting(
        "OTEL_TRACES_SAMPLER",
        .words([
            "always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off",
            "parentbased_traceidratio",
        ]), fallback: "`parentbased_always_on`", meaning: "which traces are exported",
        example: "parentbased_traceidratio")
    static let otelSamplerArgument = Setting(
        "OTEL_TRACES_SAMPLER_ARG", fallback: "1", meaning: "the share of those that begin here, for the ratio",
        example: "0.1")
    static let otelDisabled = Setting(
        "OTEL_SDK_DISABLED", .words(["true", "false"]), fallback: "`false`",
        meaning: "`true`: no traces, whatever else is set; so does `OTEL_TRACES_EXPORTER=none`", example: "true")
}
