import Curl
import Foundation
import Text
import Threads
import OpenSSL

/// ZoomInfo's Enterprise API: a token of an hour by password or by a signed assertion, 25 inputs a call.
///
/// Addresses and fields are settings, because they are the vendor's to change.
struct ZoomInfoProvider: ProviderAdapter {
    struct Settings: Sendable, Decodable {
        var baseURL: String?
        var contactFields: [String]?
        var companyFields: [String]?
        var timeoutSeconds: Int?
    }

    /// The secret: `{"username", "password"}`, or `{"username", "clientId", "privateKey"}` for the assertion.
    private struct Credentials: Decodable {
        var username: String
        var password: String?
        var clientId: String?
        var privateKey: String?
    }

    private static let inputsPerCall = 25

    private let base: String
    private let http: ProviderHTTP
    private let contacts: ZoomInfoRecords
    private let companies: ZoomInfoRecords

    let capabilities: Set<Capability> = [.contactEnrich, .companyEnrich, .contactSearch]

    init(row: ProviderRow, settings: Settings, _ resources: ProviderResources) throws {
        guard let secretID = row.secretID else {
            throw ProviderSettingsError(row.name, "it needs credentials: give the id of their secret")
        }
        let base = settings.baseURL ?? "https://api.zoominfo.com"
        self.base = base
        contacts = ZoomInfoRecords(outputFields: settings.contactFields ?? ZoomInfoRecords.contactFields)
        companies = ZoomInfoRecords(outputFields: settings.companyFields ?? ZoomInfoRecords.companyFields)
        let timeout = Duration.seconds(settings.timeoutSeconds ?? 30)
        let credentials = ProviderSecret(
            provider: row.name, id: secretID, reader: resources.secret, trace: resources.trace)
        let login = ProviderHTTP(
            name: row.name, http: resources.http, tokens: nil, timeout: timeout, trace: resources.trace)
        let tokens = ExpiringValue { [name = row.name] in
            try await credentials.use { try await Self.logIn(name, base, login, $0) }
        }
        self.http = ProviderHTTP(
            name: row.name, http: resources.http, tokens: tokens, timeout: timeout, trace: resources.trace)
    }

    func maximumInputs(_ capability: Capability) -> Int { capability == .contactSearch ? 1 : Self.inputsPerCall }

    func fields(_ capability: Capability) -> [String] {
        capability == .companyEnrich ? companies.fields : contacts.fields
    }

    func call(_ capability: Capability, _ inputs: [ProviderInput], _ call: NotedCall) async throws -> [ProviderAnswer] {
        switch capability {
        case .contactEnrich:
            return try await enrich("contact", "matchPersonInput", inputs.map(ZoomInfoRecords.person), contacts)
        case .companyEnrich:
            return try await enrich("company", "matchCompanyInput", inputs.map(ZoomInfoRecords.company), companies)
        case .contactSearch: return [try await search(inputs.first ?? ProviderInput(), call)]
        case .industry: return inputs.map { _ in .noMatch }
        }
    }

    private func enrich(
        _ noun: String, _ key: String, _ inputs: [[String: String]], _ records: ZoomInfoRecords
    ) async throws -> [ProviderAnswer] {
        let body = JSONValue.object([
            key: .array(inputs.map { .object($0.mapValues(JSONValue.string)) }),
            "outputFields": .array(records.outputFields.map(JSONValue.string)),
        ])
        let answer = try await http.post("\(base)/enrich/\(noun)", body)
        let items = (answer[path: "data.result"]?.elements ?? []).map { item in
            // Some clients see a list of one, others the object.
            ZoomInfoRecords.Item(
                input: item["input"], data: item["data"]?.elements.map { $0.first ?? .null } ?? item["data"],
                status: item["matchStatus"]?.text)
        }
        return records.answers(items, to: inputs)
    }

    /// The first person that works there. What a search says of a person has neither address nor telephone.
    private func search(_ input: ProviderInput, _ call: NotedCall) async throws -> ProviderAnswer {
        var words = ZoomInfoRecords.company(input).mapValues(JSONValue.string)
        if input.has(.jobTitle) { words["jobTitle"] = .string(input[.jobTitle]) }
        words["rpp"] = .number(1)
        words["page"] = .number(1)
        let answer = try await http.post("\(base)/search/contact", .object(words))
        guard let id = answer[path: "data.0.id"]?.text else { return .noMatch }
        try await call.admitMore()
        return try await enrich("contact", "matchPersonInput", [["personId": id]], contacts)[0]
    }

    // MARK: Login

    private static func logIn(
        _ name: String, _ base: String, _ http: ProviderHTTP, _ secret: String
    ) async throws -> ExpiringValue<String>.Fetched {
        // Foundation's own error would quote the secret.
        guard let credentials = try? JSONDecoder().decode(Credentials.self, from: Data(secret.utf8)) else {
            throw ProviderError(
                .unauthorized,
                "the secret of \(name) is not a JSON object with username and password, or clientId and privateKey")
        }
        let answer: JSONValue
        if let password = credentials.password {
            answer = try await http.post(
                "\(base)/authenticate",
                .object(["username": .string(credentials.username), "password": .string(password)]))
        } else {
            let assertion = try assertion(of: credentials, name)
            answer = try await http.post(
                "\(base)/authenticate", .object([:]), headers: [("Authorization", "Bearer \(assertion)")])
        }
        guard let token = answer["jwt"]?.text else {
            throw ProviderError(.unavailable, "\(name) gave no token for the login")
        }
        let expiry = JSONWebToken(token)?.expiry ?? Date() + 56 * 60
        return .init(token, renewAt: expiry - 60, validUntil: expiry)
    }

    private static func assertion(of credentials: Credentials, _ name: String) throws -> String {
        let now = Int(Date().timeIntervalSince1970)
        let claims = JSONValue.object([
            "aud": .string("enterprise_api"), "iss": .string("zoominfo-api-auth-client-nodejs"),
            "username": .string(credentials.username), "client_id": .string(credentials.clientId ?? ""),
            "iat": .number(Decimal(now - 60)), "exp": .number(Decimal(now + 5 * 60 - 60)),
        ])
        guard let key = credentials.privateKey, credentials.clientId != nil,
            let token = JSONWebToken.make(claims: claims.bytes, privateKey: key)
        else {
            throw ProviderError(
                .unauthorized, "the secret of \(name) has no password, and no clientId with a private RSA key in PEM")
        }
        return token
    }
}

extension ZoomInfoProvider {
    static var kind: String { "zoominfo" }

    static func make(_ row: ProviderRow, _ resources: ProviderResources) throws -> ZoomInfoProvider {
        try ZoomInfoProvider(
            row: row,
            settings: row.decodedSettings(
                SettingKeys(["baseURL", "contactFields", "companyFields", "timeoutSeconds"])), resources)
    }
}
