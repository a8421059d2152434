import Foundation

/// Secrets kept for a while, so that not every connection asks for them again.
///
/// However many callers wait for a secret, it is asked for once.
public actor SecretCache {
    private struct Entry {
        var secret: SecretsManagerClient.Secret
        var goodUntil: Date
    }

    private let lifetime: TimeInterval
    private let now: @Sendable () -> Date
    private let fetch: @Sendable (String) async throws -> SecretsManagerClient.Secret
    private var entries: [String: Entry] = [:]
    private var fetches: [String: Task<SecretsManagerClient.Secret, any Error>] = [:]

    /// - Parameter lifetime: seconds.
    public init(_ client: SecretsManagerClient, lifetime: TimeInterval) {
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
    /// - Throws: as `SecretsManagerClient.getSecretValue`; failures are not kept.
    public func secret(_ id: String) async throws -> SecretsManagerClient.Secret {
        if let entry = entries[id], now() < entry.goodUntil { return entry.secret }
        if let fetch = fetches[id] { return try await fetch.value }
        let task = Task { [fetch] in try await fetch(id) }
        fetches[id] = task
        defer { if fetches[id] == task { fetches[id] = nil } }
        let secret = try await task.value
        // Unless it was invalidated while it was on its way.
        if fetches[id] == task { entries[id] = Entry(secret: secret, goodUntil: now().addingTimeInterval(lifetime)) }
        return secret
    }

    /// Asks again at the next call, because the secret was refused: it may have been rotated.
    public func invalidate(_ id: String) {
        entries[id] = nil
        fetches[id] = nil
    }
}
