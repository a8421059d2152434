import Curl
import Foundation
import Jobs
import Threads

/// Calls of a provider over HTTP: a token on each, renewed once when it is refused; every failure classified.
struct ProviderHTTP: Sendable {
    let name: String
    let http: HTTPClient
    /// Nil where calls need no token.
    let tokens: ExpiringValue<String>?
    var contentType = "application/json"
    var timeout = Duration.seconds(30)

    /// Posts JSON and reads JSON.
    func post(_ url: String, _ body: JSONValue, headers: [(name: String, value: String)] = []) async throws -> JSONValue
    {
        let first = try await tokens?.value()
        do {
            return try await send(url, body, headers, token: first)
        } catch let error as ProviderError where error.kind == .unauthorized {
            guard let tokens, let first else { throw error }
            await tokens.invalidate { $0 == first }
            return try await send(url, body, headers, token: try await tokens.value())
        }
    }

    private func send(
        _ url: String, _ body: JSONValue, _ headers: [(name: String, value: String)], token: String?
    ) async throws -> JSONValue {
        var request = HTTPRequest(
            "POST", url,
            headers: headers + JobContext.current.headers + [("Content-Type", contentType), ("Accept", contentType)],
            body: .bytes(body.bytes), timeout: timeout)
        if let token { request.headers.append(("Authorization", "Bearer \(token)")) }
        return try await answer(to: request)
    }

    /// - Throws: `ProviderError`.
    func answer(to request: HTTPRequest) async throws -> JSONValue {
        let response: HTTPResponse
        do {
            response = try await http.send(request)
        } catch let error as HTTPTransportError {
            throw ProviderError(error, from: name)
        }
        guard response.isSuccess else { throw ProviderError(response, from: name).saying(response.body) }
        guard let value = JSONValue(response.body) else {
            // It may have been carried out: some gateway answers with a page of its own.
            throw ProviderError(
                .unavailable, "\(name) answered \(response.status) with something else than JSON",
                isOutcomeUnknown: true)
        }
        return value
    }
}

/// Where the credentials of a provider come from.
struct ProviderSecret: Sendable {
    let provider: String
    let id: String
    let reader: SecretReader

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

    private func text(refused: String? = nil) async throws -> String {
        do {
            return try await reader(id, refused)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw ProviderError(.unavailable, "the secret '\(id)' of \(provider) cannot be read: \(error)")
        }
    }
}

extension ProviderError {
    /// With what the provider says of it: an error document names the limit or the field.
    fileprivate func saying(_ body: [UInt8]) -> ProviderError {
        let document = JSONValue(body)
        let words = ["error.code", "error.message", "message", "error"].compactMap { path -> String? in
            if case .string(let text) = document?[path: path] { text } else { nil }
        }
        guard !words.isEmpty else { return self }
        var error = self
        error.reason += ": " + words.joined(separator: " ").prefix(300)
        return error
    }
}
