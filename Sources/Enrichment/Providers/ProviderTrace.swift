import Curl
import Foundation
import Threads

/// Requests and answers of one try, without secrets.
package final class ProviderTrace: Sendable {
    /// A request and what came of it.
    package struct Exchange: Sendable, Codable {
        /// `GET https://…`.
        package var request: String
        package var headers: [String]
        package var body: String?
        /// Nil if there was no answer.
        package var status: Int?
        package var answer: String?
        package var error: String?
    }

    /// Of a body that is shown.
    private static let longest = 4000

    private let state = Locked<(exchanges: [Exchange], secrets: [String])>(([], []))

    package init() {}

    package var exchanges: [Exchange] { state.withLock { $0.exchanges } }

    /// Strikes a secret out, whatever its length and in each form in which it is sent.
    func hide(_ secret: String) {
        guard !secret.isEmpty, !secret.hasPrefix("{") else { return }
        state.withLock { $0.secrets += KnownSecrets.forms(of: secret) }
    }

    func add(_ request: HTTPRequest, _ response: HTTPResponse) {
        add(request) { exchange in
            exchange.status = response.status
            exchange.answer = struck(Self.text(response.plainBody))
        }
    }

    func add(_ request: HTTPRequest, _ error: HTTPTransportError) {
        add(request) { $0.error = struck(error.message) }
    }

    private func add(_ request: HTTPRequest, _ complete: (inout Exchange) -> Void) {
        let headers = request.headers.map { name, value in
            // Credentials stand there in whatever form.
            name.lowercased() == "authorization" ? "\(name): …" : struck("\(name): \(value)")
        }
        var exchange = Exchange(request: struck("\(request.method) \(request.url)"), headers: headers)
        if case .bytes(let bytes) = request.body { exchange.body = struck(Self.text(bytes)) }
        complete(&exchange)
        state.withLock { $0.exchanges.append(exchange) }
    }

    private func struck(_ text: String) -> String {
        let secrets = state.withLock { $0.secrets }.sorted { $0.utf8.count > $1.utf8.count }
        return secrets.reduce(KnownSecrets.struck(from: text)) { $0.replacing($1, with: "…") }
    }

    private static func text(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes.prefix(longest), as: UTF8.self)
        return bytes.count > longest ? text + "…" : text
    }
}
