import Curl
import Foundation

/// One place where credentials may come from.
protocol CredentialSource: Sendable {
    /// For error messages: `environment`, `profile 'default'`, …
    var name: String { get }

    /// - Returns: nil if this place is not set up, so that the next one is asked.
    /// - Throws: if it is set up but fails; the next one is not asked then, because it would be another identity.
    func credentials() async throws -> Credentials?
}

/// The first source that is set up.
struct CredentialChain: CredentialSource {
    let name = "credential chain"
    let sources: [any CredentialSource]

    func credentials() async throws -> Credentials? {
        for source in sources {
            do {
                if let found = try await source.credentials() { return found }
            } catch let error where !(error is CancellationError) {
                throw CredentialError(reason: "no credentials from \(source.name): \(error)")
            }
        }
        throw CredentialError(
            reason: """
                no AWS credentials; looked for \(sources.map(\.name).joined(separator: ", ")); \
                set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or attach a role
                """)
    }
}

extension CredentialChain {
    /// The order of the AWS SDKs.
    ///
    /// Source: "Standardized credential providers", AWS SDKs and Tools Reference Guide.
    init(_ environment: AWSEnvironment, http: HTTPClient, now: @escaping @Sendable () -> Date) {
        let transport: HTTPSend = { try await http.send($0) }
        sources = [
            EnvironmentCredentials(environment: environment),
            ProfileCredentials(environment: environment, send: transport, now: now),
            WebIdentityCredentials(environment: environment, send: transport, now: now),
            ContainerCredentials(environment: environment, send: transport),
            InstanceCredentials(environment: environment, send: transport),
        ]
    }
}

/// Credentials that cannot be had.
package struct CredentialError: Error, CustomStringConvertible, Equatable {
    var reason: String

    package var description: String { reason }
}

/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`.
struct EnvironmentCredentials: CredentialSource {
    let name = "environment"
    let environment: AWSEnvironment

    func credentials() async throws -> Credentials? {
        let (id, secret) = (environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
        guard (id == nil) == (secret == nil) else {
            throw CredentialError(reason: "only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY is set; set both")
        }
        guard let id, let secret else { return nil }
        return Credentials(accessKeyID: id, secretAccessKey: secret, sessionToken: environment["AWS_SESSION_TOKEN"])
    }
}
