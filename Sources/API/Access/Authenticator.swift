import Catalog
import Foundation
import HTTPTypes
import Postgres
import Threads

/// Finds out who calls: by a token of `catalog.api_tokens`, or by a JWT of the configured issuer.
final class Authenticator: Sendable {
    private static let mostRemembered = 10_000

    private struct Remembered {
        /// nil for a token that is not there.
        var credential: StoredCredential?
        var until: Date
    }

    private struct State {
        var tokens: [String: Remembered] = [:]
        /// Used since they were last written down.
        var used: Set<String> = []
    }

    private let pool: Pool
    private let issuer: JWTIssuer?
    private let memory: TimeInterval
    private let state = Locked(State())

    /// - Parameter memory: how long a token that was looked up is trusted without looking again, in seconds; a revoked one is
    ///   forgotten at once where notifications arrive.
    init(pool: Pool, issuer: JWTIssuer?, memory: TimeInterval = 10) {
        self.pool = pool
        self.issuer = issuer
        self.memory = memory
    }

    /// - Throws: `Problem` if the header names nobody; whatever keeps the database from being asked.
    func identify(_ header: String?) async throws -> Identity {
        guard let header else { return .anybody }
        let parts = header.utf8.split(separator: UInt8(ascii: " "))
        guard parts.count == 2, String(decoding: parts[0], as: UTF8.self).lowercased() == "bearer" else {
            throw Self.refusal
        }
        let text = String(decoding: parts[1], as: UTF8.self)
        if let token = TokenSecret(text) { return try await identify(token) }
        guard let issuer, let claims = await issuer.verify(text) else { throw Self.refusal }
        return claims
    }

    /// Looks a token up again when it comes next.
    func forget(_ tokenID: String) {
        state.withLock { $0.tokens[tokenID] = nil }
    }

    /// Writes down which tokens were used since it was called last.
    func recordUse() async throws {
        let used = state.withLock { state in
            defer { state.used = [] }
            return state.used
        }
        guard !used.isEmpty else { return }
        try await pool.run { try $0.touchTokens(used.sorted()) }
    }

    /// - Throws: `Problem` if the token is not good; whatever keeps the database from being asked.
    func identify(_ token: TokenSecret) async throws -> Identity {
        guard let stored = try await credential(token.tokenID), token.matches(stored.secretSHA256),
            stored.expiresAt > Date().timeIntervalSince1970
        else { throw Self.refusal }
        state.withLock { _ = $0.used.insert(token.tokenID) }
        return Identity(subject: "token:\(token.tokenID)", role: stored.role, vendorID: stored.vendorID)
    }

    private func credential(_ tokenID: String) async throws -> StoredCredential? {
        let now = Date()
        if let known = state.withLock({ $0.tokens[tokenID] }), known.until > now { return known.credential }
        let credential = try await pool.run { try $0.credential(tokenID) }
        state.withLock { state in
            // Guessed tokens must not fill the memory.
            if state.tokens.count >= Self.mostRemembered { state.tokens = [:] }
            state.tokens[tokenID] = Remembered(credential: credential, until: now.addingTimeInterval(memory))
        }
        return credential
    }

    /// The same for every reason: a caller learns nothing about tokens it does not have.
    private static var refusal: Problem {
        Problem(
            .unauthenticated,
            "the token is unknown, revoked or expired: send 'Authorization: Bearer cat_…', made by catalog vendor token"
        )
    }
}
