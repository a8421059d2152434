import Curl
import Foundation
import Text

/// How one capability is asked of a JSON interface.
struct HTTPJSONMapping: Sendable, Decodable {
    enum Method: String, Sendable, Decodable { case post = "POST", get = "GET" }

    /// With `{email}` and other fields of ours in path and query; they are percent-encoded. A query member without a value is left out.
    var url: String
    var method: Method?
    /// What the interface calls our fields: `{"email": "email_address"}`. Others are not sent.
    var request: [String: String]?
    /// Where the list of inputs goes; nil for one input a call.
    var inputs: String?
    var inputsPerCall: Int?
    /// Sent with each call as it is.
    var constants: JSONValue?
    /// Where the answer to one input is, or the list of answers; names and numbers between dots.
    var results: String?
    /// Where an element of the list repeats our fields: `{"email": "params.email"}`; it is the answer to the input that has them.
    var matchBy: [String: String]?
    /// Where each field of the output is in the answer to one input: `{"job_title": "position.name"}`.
    var response: [String: String]
    /// Where the confidence is, from 0 to 1 or to 100; a match is certain if it is not said where.
    var confidence: String?
    /// Which number of it means certain, where it is neither 1 nor 100.
    var confidenceOf: Double?
    /// A match has this, and neither false nor 0.
    var isMatchIf: String?
    /// How to wait for an answer that is not ready.
    var poll: Poll?
    /// Where an answer with several pages says where the next one is, or what it is called.
    var nextPage: String?
    /// The member of the query that takes what `nextPage` has; nil if that is an address.
    var pageParameter: String?

    /// The first answer has an id, by which another address has the answer later.
    struct Poll: Sendable, Decodable {
        /// With `{id}`.
        var url: String
        /// Where the id is.
        var id: String
        /// What the answer has when it is ready, and neither false nor 0.
        var until: String
        var everySeconds: Double?
        var atMostSeconds: Double?
    }

    static let keys = SettingKeys(
        [
            "url", "method", "request", "inputs", "inputsPerCall", "constants", "results", "matchBy", "response",
            "confidence", "confidenceOf", "isMatchIf", "nextPage", "pageParameter",
        ], below: ["poll": SettingKeys(["url", "id", "until", "everySeconds", "atMostSeconds"])])

    /// Besides our fields: of the website the domain alone.
    private static let domain = "domain"
    private static let names = ContactField.allCases.map(\.rawValue) + [domain]

    private static func value(_ name: String, of input: ProviderInput) -> String {
        name == domain ? ProviderInput.domain(input[.website]) : ContactField(rawValue: name).map { input[$0] } ?? ""
    }

    /// The address of a call for one input, or for several, which then are in its body.
    func address(_ inputs: [ProviderInput]) -> String {
        guard let input = inputs.first, url.contains("{") else { return url }
        let (path, query) = (url.prefix { $0 != "?" }, url.drop { $0 != "?" }.dropFirst())
        let members = query.split(separator: "&").compactMap { member -> String? in
            let filled = Self.fill(String(member), input)
            return filled.isComplete ? filled.text : nil
        }
        let address = Self.fill(String(path), input).text
        return members.isEmpty ? address : "\(address)?\(members.joined(separator: "&"))"
    }

    private static func fill(_ template: String, _ input: ProviderInput) -> (text: String, isComplete: Bool) {
        names.reduce(into: (template, true)) { result, name in
            guard result.0.contains("{\(name)}") else { return }
            let value = value(name, of: input)
            if value.isEmpty { result.1 = false }
            result.0 = result.0.replacing("{\(name)}", with: encoded(value))
        }
    }

    /// For a part of a path or a query.
    static func encoded(_ text: String) -> String {
        let plain = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
    }

    /// The body of a call; nil for GET.
    func body(_ inputs: [ProviderInput]) -> JSONValue? {
        guard method != .get else { return nil }
        let objects = inputs.map { input in
            (request ?? [:]).sorted { $0.key < $1.key }.reduce(into: [String: JSONValue]()) { object, pair in
                let value = Self.value(pair.key, of: input)
                if !value.isEmpty { object[pair.value] = object[pair.value] ?? .string(value) }
            }
        }
        let constants = constants?.members ?? [:]
        guard let list = self.inputs else { return .object(constants.merging(objects.first ?? [:]) { $1 }) }
        return .object(constants.merging([list: .array(objects.map(JSONValue.object))]) { $1 })
    }

    /// An answer for each input.
    func answers(_ document: JSONValue, to asked: [ProviderInput]) -> [ProviderAnswer] {
        // It said of all of them that it knows nothing.
        if document == .null { return asked.map { _ in .noMatch } }
        guard inputs != nil else { return [answer(document[path: results ?? ""])] }
        guard let elements = elements(of: document) else { return asked.map { _ in .unanswered } }
        return answers(elements, to: asked)
    }

    /// What a page has.
    func elements(of document: JSONValue) -> [JSONValue]? { document[path: results ?? ""]?.elements }

    /// - Parameter elements: of all pages.
    func answers(_ elements: [JSONValue], to asked: [ProviderInput]) -> [ProviderAnswer] {
        guard let matchBy else {
            // Without one for each nobody knows which belongs to whom.
            return elements.count == asked.count ? elements.map(answer) : asked.map { _ in .unanswered }
        }
        return asked.map { input in
            elements.first { Self.isAnswer($0, to: input, by: matchBy) }.map(answer) ?? .unanswered
        }
    }

    /// Whether an element repeats all that the input has of these fields, and something of it.
    private static func isAnswer(_ element: JSONValue, to input: ProviderInput, by matchBy: [String: String]) -> Bool {
        let known = matchBy.compactMap { name, path in
            let value = value(name, of: input)
            return value.isEmpty ? nil : (value: value, path: path)
        }
        return !known.isEmpty
            && known.allSatisfy { element[path: $0.path]?.text?.lowercased() == $0.value.lowercased() }
    }

    private func answer(_ result: JSONValue?) -> ProviderAnswer {
        guard let result, result != .null else { return .noMatch }
        if let condition = isMatchIf, !Self.holds(result[path: condition]) { return .noMatch }
        let fields = response.compactMapValues { path in result[path: path]?.text.flatMap { $0.isEmpty ? nil : $0 } }
        guard !fields.isEmpty else { return .noMatch }
        return .match(fields: fields, confidence: sureness(of: result))
    }

    /// From 0 to 1. What was to be there and is no number says that nobody is sure.
    private func sureness(of result: JSONValue) -> Double {
        guard let confidence else { return 1 }
        let number = result[path: confidence]?.text.flatMap { Double($0) } ?? 0
        guard number.isFinite else { return 0 }
        let sureness = confidenceOf.map { number / $0 } ?? (number > 1 ? number / 100 : number)
        return min(1, max(0, sureness))
    }

    static func holds(_ value: JSONValue?) -> Bool {
        switch value {
        case nil, .null, .bool(false), .number(0): false
        case .string(let text): !["", "0", "false", "no", "null"].contains(text.lowercased())
        case .array(let values): !values.isEmpty
        case .object(let values): !values.isEmpty
        case .bool, .number: true
        }
    }

    /// - Throws: `ProviderSettingsError`.
    func check(_ name: String, _ provider: String) throws {
        func refuse(_ reason: String) -> ProviderSettingsError { ProviderSettingsError(provider, reason) }
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw refuse("'\(name).url' must be an http or https URL")
        }
        let known = Self.names.joined(separator: ", ")
        let placeholders = url.matches(of: /\{([^}]*)\}/).map { String($0.output.1) }
        for (member, fields) in [
            ("request", Array((request ?? [:]).keys)), ("matchBy", Array((matchBy ?? [:]).keys)), ("url", placeholders),
        ] {
            for field in fields.sorted() where !Self.names.contains(field) {
                throw refuse("unknown field '\(field)' in '\(name).\(member)': expected \(known)")
            }
        }
        guard !(request ?? [:]).isEmpty || !placeholders.isEmpty, !response.isEmpty else {
            throw refuse("'\(name).request' (or fields in '\(name).url') and '\(name).response' must name fields")
        }
        if let poll, !poll.url.contains("{id}") || WebAddress(poll.url) == nil {
            throw refuse("'\(name).poll.url' must be an http or https URL with {id}")
        }
        if let of = confidenceOf, of <= 0 { throw refuse("'\(name).confidenceOf' must be greater than 0") }
        guard inputs == nil || (method != .get && placeholders.isEmpty) else {
            throw refuse("'\(name).inputs' needs a POST without fields in its url: they are of one input")
        }
    }
}
