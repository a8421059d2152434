import Curl
import Foundation
import Text
import Threads

/// ZoomInfo's newer interface: OAuth 2 client credentials, documents in the manner of JSON:API, 25 inputs a call.
struct ZoomInfoGTMProvider: ProviderAdapter {
    struct Settings: Sendable, Decodable {
        var baseURL: String?
        var tokenURL: String?
        var scope: String?
        var contactFields: [String]?
        var companyFields: [String]?
        var timeoutSeconds: Int?
    }

    /// The secret.
    private struct Credentials: Decodable {
        var clientId: String
        var clientSecret: String
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
        base = settings.baseURL ?? "https://api.zoominfo.com/gtm"
        contacts = ZoomInfoRecords(outputFields: settings.contactFields ?? ZoomInfoRecords.contactFields)
        companies = ZoomInfoRecords(outputFields: settings.companyFields ?? ZoomInfoRecords.companyFields)
        let timeout = Duration.seconds(settings.timeoutSeconds ?? 30)
        let credentials = ProviderSecret(
            provider: row.name, id: secretID, reader: resources.secret, trace: resources.trace)
        let login = ProviderHTTP(
            name: row.name, http: resources.http, tokens: nil, timeout: timeout, trace: resources.trace)
        let tokenURL = settings.tokenURL ?? "https://okta-login.zoominfo.com/oauth2/default/v1/token"
        let tokens = ExpiringValue { [name = row.name] in
            try await credentials.use { try await Self.logIn(name, tokenURL, settings.scope, login, $0) }
        }
        self.http = ProviderHTTP(
            name: row.name, http: resources.http, tokens: tokens, contentType: "application/vnd.api+json",
            timeout: timeout,
            trace: resources.trace)
    }

    func maximumInputs(_ capability: Capability) -> Int { capability == .contactSearch ? 1 : Self.inputsPerCall }

    func fields(_ capability: Capability) -> [String] {
        capability == .companyEnrich ? companies.fields : contacts.fields
    }

    func call(_ capability: Capability, _ inputs: [ProviderInput], _ call: NotedCall) async throws -> [ProviderAnswer] {
        switch capability {
        case .contactEnrich:
            return try await ask(
                "contacts/enrich", "ContactEnrich", "matchPersonInput", inputs.map(ZoomInfoRecords.person), contacts)
        case .companyEnrich:
            return try await ask(
                "companies/enrich", "CompanyEnrich", "matchCompanyInput", inputs.map(ZoomInfoRecords.company), companies
            )
        case .contactSearch: return [try await search(inputs.first ?? ProviderInput(), call)]
        case .industry: return inputs.map { _ in .noMatch }
        }
    }

    private func ask(
        _ path: String, _ type: String, _ key: String, _ inputs: [[String: String]], _ records: ZoomInfoRecords
    ) async throws -> [ProviderAnswer] {
        let attributes = JSONValue.object([
            key: .array(inputs.map { .object($0.mapValues(JSONValue.string)) }),
            "outputFields": .array(records.outputFields.map(JSONValue.string)),
        ])
        let answer = try await http.post("\(base)/data/v1/\(path)", Self.document(type, attributes))
        let items = (answer["data"]?.elements ?? []).map { item in
            ZoomInfoRecords.Item(
                input: item[path: "meta.input"], data: Self.attributes(of: item),
                status: item[path: "meta.matchStatus"]?.text)
        }
        return records.answers(items, to: inputs)
    }

    /// What a search says of a person has neither address nor telephone.
    private func search(_ input: ProviderInput, _ call: NotedCall) async throws -> ProviderAnswer {
        var words = ZoomInfoRecords.company(input).mapValues(JSONValue.string)
        if input.has(.jobTitle) { words["jobTitle"] = .string(input[.jobTitle]) }
        let url = "\(base)/data/v1/contacts/search?page[number]=1&page[size]=1"
        let answer = try await http.post(url, Self.document("ContactSearch", .object(words)))
        guard let id = answer[path: "data.0.id"]?.text else { return .noMatch }
        try await call.admitMore()
        return try await ask("contacts/enrich", "ContactEnrich", "matchPersonInput", [["personId": id]], contacts)[0]
    }

    private static func document(_ type: String, _ attributes: JSONValue) -> JSONValue {
        .object(["data": .object(["type": .string(type), "attributes": attributes])])
    }

    /// The id stands beside the attributes.
    private static func attributes(of item: JSONValue) -> JSONValue? {
        guard var members = item["attributes"]?.members else { return nil }
        members["id"] = members["id"] ?? item["id"]
        return .object(members)
    }

    private static func logIn(
        _ name: String, _ url: String, _ scope: String?, _ http: ProviderHTTP, _ secret: String
    ) async throws -> ExpiringValue<String>.Fetched {
        // Foundation's own error would quote the secret.
        guard let credentials = try? JSONDecoder().decode(Credentials.self, from: Data(secret.utf8)) else {
            throw ProviderError(
                .unauthorized, "the secret of \(name) is not a JSON object with clientId and clientSecret")
        }
        var form = [
            "grant_type": "client_credentials", "client_id": credentials.clientId,
            "client_secret": credentials.clientSecret,
        ]
        form["scope"] = scope
        let body = form.sorted { $0.key < $1.key }.map { "\($0)=\(Self.encoded($1))" }.joined(separator: "&")
        let answer = try await http.answer(
            to: HTTPRequest(
                "POST", url, headers: [("Content-Type", "application/x-www-form-urlencoded")],
                body: .bytes(Array(body.utf8)), timeout: http.timeout))
        guard let token = answer["access_token"]?.text else {
            throw ProviderError(.unavailable, "\(name) gave no token for the login")
        }
        let lifetime = answer["expires_in"]?.text.flatMap { Double($0) } ?? 3600
        let now = Date()
        return .init(token, renewAt: now + max(1, lifetime - 60), validUntil: now + max(1, lifetime))
    }

    private static func encoded(_ text: String) -> String {
        let plain = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? text
    }
}

extension ZoomInfoGTMProvider {
    static var kind: String { "zoominfo-gtm" }

    static func make(_ row: ProviderRow, _ resources: ProviderResources) throws -> ZoomInfoGTMProvider {
        try ZoomInfoGTMProvider(
            row: row,
            settings: row.decodedSettings(
                SettingKeys(["baseURL", "tokenURL", "scope", "contactFields", "companyFields", "timeoutSeconds"])),
            resources)
    }
}
