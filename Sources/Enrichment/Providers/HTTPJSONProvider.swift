import Curl
import Foundation

/// Any JSON interface, described by a mapping.
///
/// One input a call is sent as an object; with `inputs`, several are sent as a list below that name. The answer has the
/// fields of one input below `result`, or a list of them, in the order of the inputs, below `results`.
struct HTTPJSONProvider: Provider {
    /// How one capability is asked.
    struct Mapping: Sendable, Decodable {
        var url: String
        /// What the interface calls our fields: `{"email": "email_address"}`. Others are not sent.
        var request: [String: String]
        /// Where the list of inputs goes; nil for one input a call.
        var inputs: String?
        var inputsPerCall: Int?
        /// Sent with each call as it is.
        var constants: JSONValue?
        /// Where the answer to one input is, or the list of answers; names and numbers between dots.
        var results: String?
        /// Where each field of the output is in the answer to one input: `{"job_title": "position.name"}`.
        var response: [String: String]
        /// Where the confidence is, from 0 to 1 or to 100.
        var confidence: String?
        /// A match has this.
        var isMatchIf: String?
    }

    struct Settings: Sendable, Decodable {
        var capabilities: [String: Mapping]
        /// The header that carries the secret; `Authorization` (the secret as a bearer token) if it is not said.
        var secretHeader: String?
        var timeoutSeconds: Int?
    }

    private let mappings: [Capability: Mapping]
    private let http: ProviderHTTP
    private let secretHeader: String?
    private let secret: ProviderSecret?

    init(row: ProviderRow, settings: Settings, http: HTTPClient, secret: @escaping SecretReader) throws {
        var mappings: [Capability: Mapping] = [:]
        for (name, mapping) in settings.capabilities {
            guard let capability = Capability(rawValue: name) else {
                let known = Capability.allCases.map(\.rawValue).joined(separator: ", ")
                throw ProviderSettingsError(row.name, "unknown capability '\(name)': expected \(known)")
            }
            try Self.check(mapping, name, row.name)
            mappings[capability] = mapping
        }
        self.mappings = mappings
        secretHeader = settings.secretHeader
        self.secret = row.secretID.map { ProviderSecret(provider: row.name, id: $0, reader: secret) }
        self.http = ProviderHTTP(
            name: row.name, http: http, tokens: nil, timeout: .seconds(settings.timeoutSeconds ?? 30))
    }

    var capabilities: Set<Capability> { Set(mappings.keys) }

    func maximumInputs(_ capability: Capability) -> Int {
        guard let mapping = mappings[capability], mapping.inputs != nil else { return 1 }
        return max(1, mapping.inputsPerCall ?? 25)
    }

    func fields(_ capability: Capability) -> [String] { mappings[capability]?.response.keys.sorted() ?? [] }

    func call(_ capability: Capability, _ inputs: [ProviderInput], callID: Int) async throws -> [ProviderAnswer] {
        guard let mapping = mappings[capability] else { return inputs.map { _ in .noMatch } }
        let answer = try await post(mapping.url, body(mapping, inputs))
        guard mapping.inputs != nil else {
            return [Self.answer(answer[path: mapping.results ?? ""], mapping)]
        }
        guard let results = answer[path: mapping.results ?? ""]?.elements, results.count == inputs.count else {
            // Without one for each nobody knows which belongs to whom.
            return inputs.map { _ in .unanswered }
        }
        return results.map { Self.answer($0, mapping) }
    }

    private func body(_ mapping: Mapping, _ inputs: [ProviderInput]) -> JSONValue {
        let objects = inputs.map { input in
            Dictionary(
                input.known.compactMap { known in
                    mapping.request[known.field.rawValue].map { ($0, JSONValue.string(known.value)) }
                }, uniquingKeysWith: { first, _ in first })
        }
        let constants = mapping.constants?.members ?? [:]
        guard let list = mapping.inputs else { return .object(constants.merging(objects.first ?? [:]) { $1 }) }
        return .object(constants.merging([list: .array(objects.map(JSONValue.object))]) { $1 })
    }

    private func post(_ url: String, _ body: JSONValue) async throws -> JSONValue {
        guard let secret else { return try await http.post(url, body) }
        return try await secret.use { secret in
            let text = secret.trimmingCharacters(in: .whitespacesAndNewlines)
            let header = secretHeader.map { ($0, text) } ?? ("Authorization", "Bearer \(text)")
            return try await http.post(url, body, headers: [header])
        }
    }

    private static func answer(_ result: JSONValue?, _ mapping: Mapping) -> ProviderAnswer {
        guard let result, result != .null else { return .noMatch }
        if let condition = mapping.isMatchIf {
            switch result[path: condition] {
            case nil, .null, .bool(false): return .noMatch
            default: break
            }
        }
        let fields = mapping.response.compactMapValues { path in
            result[path: path]?.text.flatMap { $0.isEmpty ? nil : $0 }
        }
        guard !fields.isEmpty else { return .noMatch }
        let confidence = mapping.confidence.flatMap { result[path: $0]?.text }.flatMap { Double($0) } ?? 1
        return .match(fields: fields, confidence: confidence > 1 ? confidence / 100 : confidence)
    }

    private static func check(_ mapping: Mapping, _ name: String, _ provider: String) throws {
        guard mapping.url.hasPrefix("http://") || mapping.url.hasPrefix("https://") else {
            throw ProviderSettingsError(provider, "'\(name).url' must be an http or https URL")
        }
        for field in mapping.request.keys where ContactField(rawValue: field) == nil {
            let known = ContactField.allCases.map(\.rawValue).joined(separator: ", ")
            throw ProviderSettingsError(provider, "unknown field '\(field)' in '\(name).request': expected \(known)")
        }
        guard !mapping.request.isEmpty, !mapping.response.isEmpty else {
            throw ProviderSettingsError(provider, "'\(name).request' and '\(name).response' must name fields")
        }
    }
}
