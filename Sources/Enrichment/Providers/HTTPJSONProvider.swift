import Curl
import Foundation

/// Any JSON interface, described by a mapping.
///
/// One input a call is sent as an object, or in the address; with `inputs`, several are sent as a list below that name. The answer has the
/// fields of one input below `result`, or a list of them below `results`: in the order of the inputs, or, with `matchBy`, in any.
struct HTTPJSONProvider: ProviderAdapter {
    struct Settings: Sendable, Decodable {
        /// How the secret is sent.
        enum SecretPlace: String, Sendable, Decodable { case header, query, basic }

        var capabilities: [String: HTTPJSONMapping]
        /// The header that carries the secret, or the member of the query; `Authorization` (the secret as a bearer token) if it is not said.
        var secretHeader: String?
        /// `header` if it is not said; `query` wants `secretName`; `basic` has a secret `user:password`.
        var secretIn: SecretPlace?
        var secretName: String?
        /// Sent with each call.
        var headers: [String: String]?
        var timeoutSeconds: Int?
        /// Statuses that say of an input that nothing is known of it; 204 and 404 if it is not said.
        var missStatuses: [Int]?
    }

    private static let keys = SettingKeys(
        ["secretHeader", "secretIn", "secretName", "timeoutSeconds", "missStatuses", "headers"],
        below: ["capabilities": SettingKeys(each: HTTPJSONMapping.keys)])

    private let mappings: [Capability: HTTPJSONMapping]
    private let http: ProviderHTTP
    private let settings: Settings
    private let secret: ProviderSecret?

    init(row: ProviderRow, settings: Settings, _ resources: ProviderResources) throws {
        var mappings: [Capability: HTTPJSONMapping] = [:]
        for (name, mapping) in settings.capabilities {
            guard let capability = Capability(rawValue: name) else {
                let known = Capability.allCases.map(\.rawValue).joined(separator: ", ")
                throw ProviderSettingsError(row.name, "unknown capability '\(name)': expected \(known)")
            }
            try mapping.check(name, row.name)
            mappings[capability] = mapping
        }
        guard settings.secretIn != .query || settings.secretName != nil else {
            throw ProviderSettingsError(
                row.name, "'secretIn' query needs 'secretName', the member that carries the secret")
        }
        self.mappings = mappings
        self.settings = settings
        secret = row.secretID.map {
            ProviderSecret(provider: row.name, id: $0, reader: resources.secret, trace: resources.trace)
        }
        http = ProviderHTTP(
            name: row.name, http: resources.http, tokens: nil, timeout: .seconds(settings.timeoutSeconds ?? 30),
            missStatuses: Set(settings.missStatuses ?? [204, 404]), trace: resources.trace)
    }

    var capabilities: Set<Capability> { Set(mappings.keys) }

    func maximumInputs(_ capability: Capability) -> Int {
        guard let mapping = mappings[capability], mapping.inputs != nil else { return 1 }
        return max(1, mapping.inputsPerCall ?? 25)
    }

    func fields(_ capability: Capability) -> [String] { mappings[capability]?.response.keys.sorted() ?? [] }

    func call(_ capability: Capability, _ inputs: [ProviderInput], _ call: NotedCall) async throws -> [ProviderAnswer] {
        guard let mapping = mappings[capability] else { return inputs.map { _ in .noMatch } }
        guard let secret else { return try await exchange(mapping, inputs, nil, call).answers() }
        return try await secret.use { try await exchange(mapping, inputs, $0, call).answers() }
    }

    private func exchange(
        _ mapping: HTTPJSONMapping, _ inputs: [ProviderInput], _ secret: String?, _ call: NotedCall
    ) -> HTTPJSONExchange {
        var exchange = HTTPJSONExchange(mapping: mapping, inputs: inputs, http: http, call: call)
        exchange.headers = (settings.headers ?? [:]).map { (name: $0, value: $1) }
        guard let text = secret?.trimmingCharacters(in: .whitespacesAndNewlines) else { return exchange }
        switch settings.secretIn ?? .header {
        case .header:
            exchange.headers.append(settings.secretHeader.map { ($0, text) } ?? ("Authorization", "Bearer \(text)"))
        case .basic:
            exchange.headers.append(("Authorization", "Basic \(Data(text.utf8).base64EncodedString())"))
        case .query: exchange.member = (settings.secretName ?? "", text)
        }
        return exchange
    }
}

extension HTTPJSONProvider {
    static var kind: String { "http-json" }

    static func make(_ row: ProviderRow, _ resources: ProviderResources) throws -> HTTPJSONProvider {
        try HTTPJSONProvider(
            row: row, settings: row.decodedSettings(keys), resources)
    }
}
