package import Curl
import Foundation
import Threads

/// Credentials that are good now: kept until shortly before they expire, then fetched again.
///
/// However many callers wait, one refresh is under way. If it fails while the old credentials are still good, those are
/// handed out and the next try waits a minute.
package struct CredentialProvider: Sendable {
    /// Seconds before the expiry when new ones are fetched.
    static let refreshWindow: TimeInterval = 300
    /// Seconds between tries while the old ones are still good.
    static let pauseAfterFailure: TimeInterval = 60

    private let kept: ExpiringValue<Credentials>

    /// The AWS SDKs' chain: environment, shared files, web identity, container, instance metadata.
    package init(_ environment: AWSEnvironment, http: HTTPClient) {
        self.init(source: CredentialChain(environment, http: http, now: { Date() }))
    }

    /// Credentials that never change.
    package init(_ credentials: Credentials) {
        self.init(source: FixedCredentials(credentials: credentials))
    }

    init(source: any CredentialSource, now: @escaping @Sendable () -> Date = { Date() }) {
        kept = ExpiringValue(pauses: .init(whileValid: Self.pauseAfterFailure), now: now) {
            guard let found = try await source.credentials() else {
                throw CredentialError(reason: "no credentials from \(source.name)")
            }
            let renewAt = found.expiration?.addingTimeInterval(-Self.refreshWindow)
            return .init(found, renewAt: renewAt ?? .distantFuture, validUntil: found.expiration)
        }
    }

    /// - Throws: `CredentialError` if there are none.
    package func credentials() async throws -> Credentials { try await kept.value() }

    /// Fetches again at the next call, because the service refused these.
    /// - Parameter refused: does nothing if others have taken their place already.
    package func invalidate(_ refused: Credentials) async {
        await kept.invalidate { $0 == refused }
    }
}

/// Credentials given by hand.
struct FixedCredentials: CredentialSource {
    let name = "configuration"
    let credentials: Credentials

    func credentials() async throws -> Credentials? { credentials }
}
