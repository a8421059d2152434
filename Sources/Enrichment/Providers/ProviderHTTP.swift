import Curl
import Foundation
import Jobs
import Text
import Threads

/// Calls of a provider over HTTP: a token on each, renewed once when it is refused; every failure classified.
struct ProviderHTTP: Sendable {
    let name: String
    let http: HTTPClient
    /// Nil where calls need no token.
    let tokens: ExpiringValue<String>?
    var contentType = "application/json"
    var timeout = Duration.seconds(30)
    /// By which the provider says that it knows nothing: they are answered by null.
    var missStatuses: Set<Int> = []

    /// Sees all that is sent and answered.
    var trace: ProviderTrace?

    /// Posts JSON and reads JSON.
    func post(
        _ url: String, _ body: JSONValue, headers: [(name: String, value: String)] = [], _ call: NotedCall? = nil
    ) async throws -> JSONValue {
        let first = try await tokens?.value()
        do {
            return try await send(url, body, headers, token: first, call)
        } catch let error as ProviderError where error.kind == .unauthorized {
            guard let tokens, let first else { throw error }
            await tokens.invalidate { $0 == first }
            return try await send(url, body, headers, token: try await tokens.value(), call)
        }
    }

    /// Reads JSON.
    func get(
        _ url: String, headers: [(name: String, value: String)] = [], _ call: NotedCall? = nil
    ) async throws -> JSONValue {
        let request = HTTPRequest(
            "GET", url, headers: headers + JobContext.current.headers + [("Accept", contentType)], timeout: timeout)
        return try await answer(to: request, call)
    }

    private func send(
        _ url: String, _ body: JSONValue, _ headers: [(name: String, value: String)], token: String?,
        _ call: NotedCall?
    ) async throws -> JSONValue {
        var request = HTTPRequest(
            "POST", url,
            headers: headers + JobContext.current.headers + [("Content-Type", contentType), ("Accept", contentType)],
            body: .bytes(body.bytes), timeout: timeout)
        if let token {
            KnownSecrets.remember(token)
            request.headers.append(("Authorization", "Bearer \(token)"))
        }
        return try await answer(to: request, call)
    }

    /// Follows what leads elsewhere on the same server: 307 and 308, and 202 with the place where the answer will be.
    /// - Throws: `ProviderError`.
    func answer(to first: HTTPRequest, _ call: NotedCall? = nil) async throws -> JSONValue {
        var (request, redirects, isAccepted) = (first, 0, false)
        request.unpacks = true
        let end = ContinuousClock.now + Self.longestWait
        do {
            while true {
                let response = try await respond(to: request)
                let location = response.headers["Location"]
                if let location, [307, 308].contains(response.status), redirects < Self.mostRedirects {
                    redirects += 1
                    request.url = try target(location, from: request.url)
                } else if let location, response.status == 202, ContinuousClock.now < end {
                    isAccepted = true
                    request = HTTPRequest(
                        "GET", try target(location, from: request.url),
                        headers: request.headers.filter { $0.name != "Content-Type" }, timeout: timeout)
                    request.unpacks = true
                    try await Task.sleep(for: ProviderError.delay(response) ?? .seconds(2))
                } else {
                    return try value(of: response)
                }
                try await call?.admitMore()
            }
        } catch var error as ProviderError where isAccepted {
            // Whoever has taken the question may charge it.
            error.isOutcomeUnknown = true
            throw error
        }
    }

    private static let mostRedirects = 3
    /// For an answer that was promised.
    private static let longestWait = Duration.seconds(300)

    private func respond(to request: HTTPRequest) async throws -> HTTPResponse {
        do {
            let response = try await http.send(request)
            trace?.add(request, response)
            return response
        } catch let error as HTTPTransportError {
            trace?.add(request, error)
            throw ProviderError(error, from: name)
        }
    }

    /// - Throws: `ProviderError` if it is on another server: credentials are for one.
    func target(_ location: String, from url: String) throws -> String {
        let target = URL(string: location, relativeTo: URL(string: url))?.absoluteString ?? location
        guard let here = WebAddress(url), let there = WebAddress(target), here.isSameServer(as: there) else {
            throw ProviderError(
                .refused,
                "\(name) leads to another server (\(WebAddress(target)?.host ?? "unknown")): name that one in its settings"
            )
        }
        return target
    }

    private func value(of response: HTTPResponse) throws -> JSONValue {
        if saysNothing(response) { return .null }
        guard response.isSuccess, response.status != 202 else { throw ProviderError(response, from: name) }
        guard let value = JSONValue(response.plainBody) else {
            // It may have been carried out: some gateway answers with a page of its own.
            throw ProviderError(
                .unavailable, "\(name) answered \(response.status) with something else than JSON",
                isOutcomeUnknown: true)
        }
        return value
    }

    /// A page of a web server with such a status says that the address is wrong, and nothing of the input.
    private func saysNothing(_ response: HTTPResponse) -> Bool {
        guard missStatuses.contains(response.status) else { return false }
        return response.body.isEmpty || JSONValue(response.plainBody) != nil
    }
}

extension HTTPResponse {
    /// The body in UTF-8: JSON ought to be (RFC 8259), and some servers still write Latin-1, said or not.
    var plainBody: [UInt8] {
        let type = headers["Content-Type"]?.lowercased() ?? ""
        let isLatin = ["iso-8859-1", "latin1", "windows-1252"].contains(where: type.contains)
        guard isLatin || String(validating: body, as: UTF8.self) == nil else { return body }
        // UTF-16 and UTF-32 are found out by who reads the JSON.
        guard isLatin || !body.contains(0) else { return body }
        let text = String(data: Data(body), encoding: .windowsCP1252) ?? String(data: Data(body), encoding: .isoLatin1)
        return text.map { Array($0.utf8) } ?? body
    }
}

/// Where the credentials of a provider come from.
struct ProviderSecret: Sendable {
    let provider: String
    let id: String
    let reader: SecretReader
    var trace: ProviderTrace?

    /// Logs in, or calls, with the secret: once more if it is refused and was changed since it was read.
    /// - Throws: what `body` throws; `ProviderError`, without any part of the secret.
    func use<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let secret = try await text()
        do {
            return try await body(secret)
        } catch let error as ProviderError where error.kind == .unauthorized {
            let other = try await text(refused: secret)
            guard other != secret else { throw error }
            return try await body(other)
        }
    }

    /// Whoever quotes it is not believed to mean well. Names are no secrets.
    private static func remember(_ text: String) {
        KnownSecrets.remember(text.trimmingCharacters(in: .whitespacesAndNewlines))
        for (name, value) in JSONValue(Array(text.utf8))?.members ?? [:] where !["username", "clientId"].contains(name)
        {
            if case .string(let secret) = value { KnownSecrets.remember(secret) }
        }
    }

    private func text(refused: String? = nil) async throws -> String {
        do {
            let text = try await reader(id, refused)
            Self.remember(text)
            trace?.hide(text.trimmingCharacters(in: .whitespacesAndNewlines))
            return text
        } catch let error as CancellationError {
            throw error
        } catch {
            throw ProviderError(.unavailable, "the secret '\(id)' of \(provider) cannot be read: \(error)")
        }
    }
}
