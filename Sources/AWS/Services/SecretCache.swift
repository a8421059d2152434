package import Foundation
import Threads

/// Secrets kept for a while, so that not every connection asks for them again.
///
/// However many callers wait for a secret, it is asked for once. While Secrets Manager is away, what was read last goes on
/// being used: a password does not end because nobody can read it again.
package actor SecretCache {
    private typealias Kept = ExpiringValue<SecretsManagerClient.Secret>

    private let lifetime: TimeInterval
    private let now: @Sendable () -> Date
    private let fetch: @Sendable (String) async throws -> SecretsManagerClient.Secret
    private var secrets: [String: Kept] = [:]

    /// - Parameter lifetime: seconds.
    package init(_ client: SecretsManagerClient, lifetime: TimeInterval) {
        self.init(lifetime: lifetime, now: { Date() }) { try await client.getSecretValue(id: $0) }
    }

    init(
        lifetime: TimeInterval, now: @escaping @Sendable () -> Date,
        fetch: @escaping @Sendable (String) async throws -> SecretsManagerClient.Secret
    ) {
        self.lifetime = lifetime
        self.now = now
        self.fetch = fetch
    }

    /// - Parameter id: name or ARN.
    /// - Throws: as `SecretsManagerClient.getSecretValue`, if the secret was never read or was refused; failures are not kept.
    package func secret(_ id: String) async throws -> SecretsManagerClient.Secret {
        try await kept(id).value()
    }

    /// Asks again at the next call, because the secret was refused: it may have been rotated.
    package func invalidate(_ id: String) async {
        await kept(id).invalidate()
    }

    /// How long a secret that is refused again and again is left alone, in seconds: while it is rotated, or when it is simply wrong.
    static let pause: TimeInterval = 10

    /// Reads the secret now, because it was refused. However many callers say so, it is asked for once, and then not again for some seconds; what was
    /// read before stays until there is another.
    package func renew(_ id: String) async {
        // Whoever uses it is told by the server that refuses it.
        _ = try? await kept(id).renew(atMostEvery: Self.pause)
    }

    private func kept(_ id: String) -> Kept {
        if let known = secrets[id] { return known }
        let new = Kept(now: now) { [lifetime, now, fetch] in
            let secret = try await fetch(id)
            return .init(secret, renewAt: now().addingTimeInterval(lifetime))
        }
        secrets[id] = new
        return new
    }
}
