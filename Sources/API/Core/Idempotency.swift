import Catalog
import Foundation
package import HTTPTypes
package import Hummingbird
package import NIOCore
import OpenSSL
import Postgres

/// Gives the answer to a repeated POST again instead of doing the work twice: draft-ietf-httpapi-idempotency-key-header.
///
/// The answer is kept in the transaction that makes it true (`APIDatabase.answer`), so that whoever lost it to a crash, to a failover or
/// with the line gets it, and the work is not done twice. A request that works tells so every ten seconds. One that stopped telling
/// loses its key to the next one half a minute later; its claim then fences it off: its transaction finds the key taken over and changes
/// nothing (`APIDatabase.write`).
struct Idempotency: Sendable {
    private static let heartbeat = Duration.seconds(10)

    let pool: Pool
    /// Of a body that is read only to compare it.
    let maximumBodyBytes: Int

    /// Answers a request that has a key.
    func answer(_ call: Call, _ endpoint: Endpoint, key: String) async throws -> Response {
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw Problem(.badRequest, "the Idempotency-Key must be 1 to 255 visible ASCII characters: a UUID will do")
        }
        var call = call
        let fingerprint = try await fingerprint(&call.request)
        let subject = call.identity.subject
        let outcome = try await pool.transaction {
            try $0.claimIdempotencyKey(key, subject: subject, fingerprint: fingerprint)
        }
        switch outcome {
        case .taken(let kept): return try await repeated(kept, fingerprint, call)
        case .claimed(let claim): return try await work(call, endpoint, claim)
        }
    }

    private func work(_ call: Call, _ endpoint: Endpoint, _ claim: IdempotencyClaim) async throws -> Response {
        let keyed = KeyedWork(claim: claim, digest: call.request.bodyDigest, tellsSecret: endpoint.tellsSecret)
        var call = call
        call.keyed = keyed
        call.request.body = keyed.digest.watching(call.request.body)
        do {
            let response = try await beating(claim) { [call] in try await endpoint.answer(call) }
            return try await keep(response, keyed)
        } catch {
            // Nothing was done, so that it may be tried again: at once, or if this fails too when the key times out. In a
            // task of its own, because a caller that left has cancelled this one.
            try? await Task { [pool] in try await pool.run { try $0.forgetIdempotencyKey(claim) } }.value
            throw error
        }
    }

    /// Runs `body` and tells meanwhile that the request is at work: a large file may take longer than a key waits.
    private func beating(
        _ claim: IdempotencyClaim, _ body: @escaping @Sendable () async throws -> Response
    ) async throws -> Response {
        try await withThrowingTaskGroup(of: Response?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                while (try? await Task.sleep(for: Self.heartbeat)) != nil {  // an error is the end of the work
                    // One that is lost matters little: the fence decides.
                    _ = try? await pool.run { try $0.holdIdempotencyKey(claim) }
                }
                return nil
            }
            defer { group.cancelAll() }
            // Only the work returns before it is cancelled.
            while let result = try await group.next() { if let response = result { return response } }
            throw CancellationError()
        }
    }

    private func repeated(_ kept: KeptAnswer, _ fingerprint: String, _ call: Call) async throws -> Response {
        guard kept.fingerprint == fingerprint else { throw Problem.keyReused }
        guard let status = kept.status else {
            throw Problem(.conflict, "the first request with this Idempotency-Key is still at work", retryAfter: 2)
        }
        if let sha256 = kept.bodySHA256, try await self.sha256(ofBody: call) != sha256 { throw Problem.keyReused }
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

    private func sha256(ofBody call: Call) async throws -> String? {
        let digest = call.request.bodyDigest
        var call = call
        call.request.body = digest.watching(call.request.body)
        var count = 0
        try await call.forEachPiece { piece in
            count += piece.readableBytes
            guard count <= maximumBodyBytes else { throw Problem.keyReused }
        }
        return digest.sha256
    }

    /// Keeps an answer that is not kept yet: a refusal, or one that says what was there before.
    private func keep(_ response: Response, _ keyed: KeyedWork) async throws -> Response {
        let collector = BodyCollector()
        try await response.body.write(collector)
        let answer = Answer(body: collector.buffer, status: response.status, headers: response.headers)
        let kept = try keyed.kept(answer)
        try await pool.run { try $0.keepAnswer(kept, for: keyed.claim) }
        return answer.response
    }

    /// What tells two requests apart before a body is read. A short JSON is part of it; of a file or a long list it is the
    /// announced length, and the bytes are compared when there is an answer to repeat. The header of a form has its boundary, which
    /// is another one each time and may be longer.
    private func fingerprint(_ request: inout Request) async throws -> String {
        var contentType = request.headers[.contentType] ?? ""
        var content = request.headers[.contentLength] ?? ""
        if BodyDigest.isForm(contentType) { (contentType, content) = ("multipart/form-data", "") }
        if request.isJSON, let length = Int(content), length <= RequestBody.jsonLimit {
            content = String(buffer: try await request.collectBody(upTo: RequestBody.jsonLimit))
        }
        let text = [
            request.method.rawValue, request.uri.string, contentType, content,
        ].joined(separator: "\n")
        return SHA256.hash(Array(text.utf8)).hex
    }
}

extension Request {
    fileprivate var bodyDigest: BodyDigest { BodyDigest(contentType: headers[.contentType] ?? "") }
}

extension Problem {
    fileprivate static var keyReused: Problem {
        Problem(.keyReused, "this Idempotency-Key belongs to another request: make a new one for each")
    }

    /// Of a request that paused so long that another one has its key.
    static var keyTakenOver: Problem {
        Problem(
            .conflict, "another request has taken over this Idempotency-Key: ask again for its answer", retryAfter: 2)
    }
}

/// What is done under an Idempotency-Key.
struct KeyedWork: Sendable {
    let claim: IdempotencyClaim
    /// Of the request's body.
    let digest: BodyDigest
    /// Its answer holds a secret, which is kept nowhere.
    let tellsSecret: Bool

    func kept(_ answer: Answer) throws -> KeptAnswer {
        guard !tellsSecret else {
            return KeptAnswer(fingerprint: "", bodySHA256: digest.sha256, status: 0, headers: "{}", body: "")
        }
        let headers = Dictionary(answer.headers.map { ($0.name.rawName, $0.value) }) { $1 }
        return KeptAnswer(
            fingerprint: "", bodySHA256: digest.sha256, status: Int(answer.status.code),
            headers: String(decoding: try JSONEncoder().encode(headers), as: UTF8.self),
            body: String(buffer: answer.body))
    }
}

/// An answer that is known before it is sent.
package struct Answer: Sendable {
    let body: ByteBuffer
    let status: HTTPResponse.Status
    let headers: HTTPFields

    package init(body: ByteBuffer, status: HTTPResponse.Status, headers: HTTPFields) {
        (self.body, self.status, self.headers) = (body, status, headers)
    }

    static func json(_ body: ByteBuffer, _ status: HTTPResponse.Status = .ok, _ headers: HTTPFields = [:]) -> Answer {
        let response = Response.json(body, status, headers)
        return Answer(body: body, status: status, headers: response.headers)
    }

    package var response: Response { Response(status: status, headers: headers, body: .init(byteBuffer: body)) }
}

/// Takes a body that is small.
private final class BodyCollector: ResponseBodyWriter {
    private(set) var buffer = ByteBuffer()

    func write(_ piece: ByteBuffer) async throws { buffer.writeImmutableBuffer(piece) }
    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
