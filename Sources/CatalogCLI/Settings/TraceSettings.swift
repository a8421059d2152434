import Curl
import Foundation
import Traces

/// Where traces go, by the names that every SDK of OpenTelemetry reads.
///
/// Source: "Environment Variable Specification" and "OTLP Exporter Configuration", OpenTelemetry.
struct TraceSettings: Sendable {
    var exporter: SpanExporter.Configuration
    var sampling = ExportingTracer.Sampling.all
    var followsParents = true

    /// Nil if nothing is to be exported.
    init?(_ variables: Variables) throws {
        let isDisabled = try variables.choice("OTEL_SDK_DISABLED", ["true": true, "false": false]) ?? false
        let isWanted = try variables.choice("OTEL_TRACES_EXPORTER", ["otlp": true, "none": false]) ?? true
        let endpoint = try Self.endpoint(variables)
        exporter = .init(endpoint: endpoint ?? "", resource: try Self.resource(variables))
        if let (name, value) = Self.either("HEADERS", variables) {
            exporter.headers = try Self.pairs(name, value)
            for header in exporter.headers { KnownSecrets.remember(header.value) }
        }
        if let (name, _) = Self.either("TIMEOUT", variables), let time = try variables.whole(name, in: 1...600_000) {
            exporter.timeout = .milliseconds(time)
        }
        try readSampler(variables)
        guard endpoint != nil, isWanted, !isDisabled else { return nil }
        // Others on the same host may speak otherwise, which is no matter where nothing is sent.
        if let (name, value) = Self.either("PROTOCOL", variables), value != "http/json" {
            throw SettingsError(
                name, value, "traces are sent as http/json only, which collectors take at their port for HTTP, 4318")
        }
    }

    /// The variable for traces, or the one for all signals.
    private static func either(_ name: String, _ variables: Variables) -> (name: String, value: String)? {
        ["OTEL_EXPORTER_OTLP_TRACES_", "OTEL_EXPORTER_OTLP_"].lazy
            .compactMap { prefix in variables[prefix + name].map { (prefix + name, $0) } }.first
    }

    private static func endpoint(_ variables: Variables) throws -> String? {
        guard let (name, value) = either("ENDPOINT", variables) else { return nil }
        guard value.wholeMatch(of: /https?:\/\/[^\s?#]+/) != nil else {
            throw SettingsError(name, value, "expected an address such as http://collector:4318")
        }
        if name.contains("TRACES") { return value }
        return (value.hasSuffix("/") ? String(value.dropLast()) : value) + "/v1/traces"
    }

    private static func resource(_ variables: Variables) throws -> [(name: String, value: String)] {
        var values = ["service.name": "catalog", "service.version": CatalogCommand.release]
        if let text = variables["OTEL_RESOURCE_ATTRIBUTES"] {
            for pair in try pairs("OTEL_RESOURCE_ATTRIBUTES", text) { values[pair.name] = pair.value }
        }
        if let name = variables["OTEL_SERVICE_NAME"] { values["service.name"] = name }
        return values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// `name=value,name=value`, percent-encoded.
    private static func pairs(_ name: String, _ text: String) throws -> [(name: String, value: String)] {
        try text.split(separator: ",").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                .map { String($0).trimmingCharacters(in: .whitespaces) }
            guard parts.count == 2, !parts[0].isEmpty, let value = parts[1].removingPercentEncoding else {
                // Without the text, which may hold a secret.
                throw SettingsError(name, "…", "expected name=value,name=value, percent-encoded")
            }
            return (parts[0], value)
        }
    }

    private mutating func readSampler(_ variables: Variables) throws {
        let choices: [String: (Bool, ExportingTracer.Sampling?)] = [
            "always_on": (false, .all), "always_off": (false, ExportingTracer.Sampling.none),
            "traceidratio": (false, nil),
            "parentbased_always_on": (true, .all), "parentbased_always_off": (true, ExportingTracer.Sampling.none),
            "parentbased_traceidratio": (true, nil),
        ]
        guard let (follows, fixed) = try variables.choice("OTEL_TRACES_SAMPLER", choices) else { return }
        followsParents = follows
        sampling = try fixed ?? .ratio(Self.ratio(variables))
    }

    private static func ratio(_ variables: Variables) throws -> Double {
        guard let text = variables["OTEL_TRACES_SAMPLER_ARG"] else { return 1 }
        guard let ratio = Double(text), (0...1).contains(ratio) else {
            throw SettingsError("OTEL_TRACES_SAMPLER_ARG", text, "expected a number from 0 to 1")
        }
        return ratio
    }
}
