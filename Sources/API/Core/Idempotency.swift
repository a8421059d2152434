import Catalog
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import OpenSSL
import Postgres

/// Gives the answer to a repeated POST again instead of doing the work twice: draft-ietf-httpapi-idempotency-key-header.
struct Idempotency: Sendable {
    let pool: Pool

    /// Answers a request that has a key.
    func answer(_ call: Call, _ endpoint: Endpoint, key: String) async throws -> Response {
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw Problem(.badRequest, "the Idempotency-Key must be 1 to 255 visible ASCII characters: a UUID will do")
        }
        let (call, fingerprint) = try await fingerprint(call)
        let subject = call.identity.subject
        let kept = try await pool.transaction {
            try $0.claimIdempotencyKey(key, subject: subject, fingerprint: fingerprint)
        }
        if let kept { return try repeated(kept, fingerprint) }
        do {
            let response = try await endpoint.handler(call)
            return try await keep(response, key, subject, withholding: endpoint.tellsSecret)
        } catch {
            // Nothing was done, so that it may be tried again.
            try await pool.run { try $0.forgetIdempotencyKey(key, subject: subject) }
            throw error
        }
    }

    private func repeated(_ kept: KeptAnswer, _ fingerprint: String) throws -> Response {
        guard kept.fingerprint == fingerprint else {
            throw Problem(.keyReused, "this Idempotency-Key belongs to another request: make a new one for each")
        }
        guard let status = kept.status else {
            throw Problem(.conflict, "the first request with this Idempotency-Key is still at work", retryAfter: 2)
        }
        guard status != 0 else {
            throw Problem(
                .conflict,
                "this was done before, and its secret is shown only once: revoke it and make another, with a new key")
        }
        let headers = try JSONDecoder().decode([String: String].self, from: Data(kept.headers.utf8))
        var fields: HTTPFields = [.idempotencyReplayed: "true"]
        for (name, value) in headers { if let name = HTTPField.Name(name) { fields[name] = value } }
        return Response(status: .init(code: status), headers: fields, body: .init(byteBuffer: .init(string: kept.body)))
    }

    private func keep(
        _ response: Response, _ key: String, _ subject: String, withholding: Bool
    ) async throws -> Response {
        let collector = BodyCollector()
        try await response.body.write(collector)
        let body = collector.buffer
        let headers = Dictionary(response.headers.map { ($0.name.rawName, $0.value) }) { $1 }
        let answer = KeptAnswer(
            fingerprint: "", status: withholding ? 0 : Int(response.status.code),
            headers: withholding ? "{}" : String(decoding: try JSONEncoder().encode(headers), as: UTF8.self),
            body: withholding ? "" : String(buffer: body))
        try await pool.run { try $0.keepAnswer(answer, key: key, subject: subject) }
        return Response(status: response.status, headers: response.headers, body: .init(byteBuffer: body))
    }

    /// What tells two requests apart. Of a file or a long list its announced length has to do: it is not read before it is wanted.
    private func fingerprint(_ call: Call) async throws -> (Call, String) {
        var (request, content) = (call.request, call.request.headers[.contentLength] ?? "")
        if request.isJSON, Int(content) ?? 0 <= RequestBody.jsonLimit {
            content = String(buffer: try await request.collectBody(upTo: RequestBody.jsonLimit))
        }
        let text = [
            request.method.rawValue, request.uri.string, request.headers[.contentType] ?? "", content,
        ].joined(separator: "\n")
        let call = Call(request: request, context: call.context, identity: call.identity, values: call.values)
        return (call, SHA256.hash(Array(text.utf8)).hex)
    }
}

/// Takes a body that is small.
private final class BodyCollector: ResponseBodyWriter {
    private(set) var buffer = ByteBuffer()

    func write(_ piece: ByteBuffer) async throws { buffer.writeImmutableBuffer(piece) }
    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
