import Curl
import Foundation

/// Credentials that are good now: kept until shortly before they expire, then fetched again.
///
/// However many callers wait, one refresh is under way. If it fails while the old credentials are still good, those are
/// handed out and the next try waits a minute.
public actor CredentialProvider {
    /// Seconds before the expiry when new ones are fetched.
    static let refreshWindow: TimeInterval = 300
    /// Seconds between tries while the old ones are still good.
    static let pauseAfterFailure: TimeInterval = 60

    private let source: any CredentialSource
    private let now: @Sendable () -> Date
    private var current: Credentials?
    private var refresh: Task<Credentials, any Error>?
    private var nextTry = Date.distantPast

    /// The AWS SDKs' chain: environment, shared files, web identity, container, instance metadata.
    public init(_ environment: AWSEnvironment, http: HTTPClient) {
        self.init(source: CredentialChain(environment, http: http, now: { Date() }))
    }

    /// Credentials that never change.
    public init(_ credentials: Credentials) {
        self.init(source: FixedCredentials(credentials: credentials))
    }

    init(source: any CredentialSource, now: @escaping @Sendable () -> Date = { Date() }) {
        self.source = source
        self.now = now
    }

    /// - Throws: `CredentialError` if there are none.
    public func credentials() async throws -> Credentials {
        if let current, !needsRefresh(current) { return current }
        do {
            return try await refreshed()
        } catch {
            guard let current, !hasExpired(current) else { throw error }
            nextTry = now().addingTimeInterval(Self.pauseAfterFailure)
            return current
        }
    }

    /// Fetches again at the next call, because the service refused these.
    /// - Parameter refused: does nothing if others have taken their place already.
    public func invalidate(_ refused: Credentials) {
        if current == refused { current = nil }
    }

    private func needsRefresh(_ credentials: Credentials) -> Bool {
        guard let expiration = credentials.expiration else { return false }
        return now() >= expiration.addingTimeInterval(-Self.refreshWindow)
            && (now() >= nextTry || hasExpired(credentials))
    }

    private func hasExpired(_ credentials: Credentials) -> Bool {
        credentials.expiration.map { now() >= $0 } ?? false
    }

    /// A task of its own, so that a cancelled caller does not take the refresh away from the others.
    private func refreshed() async throws -> Credentials {
        if let refresh { return try await refresh.value }
        let task = Task { [source] in
            guard let found = try await source.credentials() else {
                throw CredentialError(reason: "no credentials from \(source.name)")
            }
            return found
        }
        refresh = task
        defer { refresh = nil }
        let found = try await task.value
        current = found
        return found
    }
}

/// Credentials given by hand.
struct FixedCredentials: CredentialSource {
    let name = "configuration"
    let credentials: Credentials

    func credentials() async throws -> Credentials? { credentials }
}
