import Foundation
import Text

/// One call of a JSON interface: the question, the wait for an answer that is not ready, and further pages of it.
struct HTTPJSONExchange: Sendable {
    private static let mostPages = 50

    let mapping: HTTPJSONMapping
    let inputs: [ProviderInput]
    let http: ProviderHTTP
    let call: NotedCall
    var headers: [(name: String, value: String)] = []
    /// Of the query, with a secret.
    var member: (name: String, value: String)?

    /// One for each input.
    func answers() async throws -> [ProviderAnswer] {
        let url = mapping.address(inputs)
        var document = try await ask(url)
        if let poll = mapping.poll, document != .null { document = try await wait(poll, document) }
        guard mapping.nextPage != nil, mapping.inputs != nil, document != .null else {
            return mapping.answers(document, to: inputs)
        }
        return mapping.answers(try await pages(from: document, url), to: inputs)
    }

    private func ask(_ url: String) async throws -> JSONValue {
        guard let body = mapping.body(inputs) else { return try await get(url) }
        return try await http.post(whole(url), body, headers: headers, call)
    }

    private func get(_ url: String) async throws -> JSONValue { try await http.get(whole(url), headers: headers, call) }

    private func whole(_ url: String) -> String {
        // The address of a next page may have it already.
        guard let member, !Self.members(of: url).contains(where: { Self.isMember($0, member.name) }) else {
            return url
        }
        return Self.setting(member.name, member.value, in: url)
    }

    /// In place of a member of the query that has the same name.
    private static func setting(_ name: String, _ value: String, in url: String) -> String {
        let others = members(of: url).filter { !isMember($0, name) }.map(String.init)
        let query = others + ["\(name)=\(HTTPJSONMapping.encoded(value))"]
        return "\(url.prefix { $0 != "?" })?\(query.joined(separator: "&"))"
    }

    private static func members(of url: String) -> [Substring] {
        url.drop { $0 != "?" }.dropFirst().split(separator: "&")
    }

    private static func isMember(_ member: Substring, _ name: String) -> Bool { member.prefix { $0 != "=" } == name }

    // MARK: Answers that are not ready

    private func wait(_ poll: HTTPJSONMapping.Poll, _ first: JSONValue) async throws -> JSONValue {
        guard let id = first[path: poll.id]?.text, !id.isEmpty else {
            throw ProviderError(
                .unavailable, "\(http.name) took the question and gave no '\(poll.id)'", isOutcomeUnknown: true)
        }
        let url = poll.url.replacing("{id}", with: HTTPJSONMapping.encoded(id))
        let end = ContinuousClock.now + .seconds(poll.atMostSeconds ?? 300)
        do {
            while ContinuousClock.now < end {
                try await Task.sleep(for: .seconds(poll.everySeconds ?? 5))
                try await call.admitMore()
                do {
                    let document = try await get(url)
                    if HTTPJSONMapping.holds(document[path: poll.until]) { return document }
                } catch let error as ProviderError where error.isNotReady {
                    // As some say it instead.
                }
            }
            throw ProviderError(.unavailable, "\(http.name) has had no answer for \(poll.atMostSeconds ?? 300) s")
        } catch var error as ProviderError {
            // The question was taken, and may be charged.
            error.isOutcomeUnknown = true
            throw error
        }
    }

    // MARK: Pages

    /// The elements of all pages.
    /// - Throws: `ProviderError`: whoever has given the first page may charge it.
    private func pages(from first: JSONValue, _ start: String) async throws -> [JSONValue] {
        do {
            return try await elements(from: first, start)
        } catch var error as ProviderError {
            error.isOutcomeUnknown = true
            throw error
        }
    }

    private func elements(from first: JSONValue, _ start: String) async throws -> [JSONValue] {
        var (document, url) = (first, start)
        var elements = mapping.elements(of: first) ?? []
        var seen: Set<String> = []
        while let next = document[path: mapping.nextPage ?? ""]?.text, !next.isEmpty, seen.insert(next).inserted,
            seen.count < Self.mostPages
        {
            try await call.admitMore()
            if let parameter = mapping.pageParameter {
                document = try await ask(Self.setting(parameter, next, in: start))
            } else {
                url = try http.target(next, from: url)
                document = try await get(url)
            }
            guard let more = mapping.elements(of: document), !more.isEmpty else { break }
            elements += more
        }
        return elements
    }
}

extension ProviderError {
    fileprivate var isNotReady: Bool { if case .notReady = kind { true } else { false } }
}
