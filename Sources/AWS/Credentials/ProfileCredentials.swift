import Curl
import Foundation

/// A profile of the shared files: keys of its own, a role taken with another profile, or one taken by web identity.
///
/// Source: "Assume role credential provider", AWS SDKs and Tools Reference Guide.
struct ProfileCredentials: CredentialSource {
    let environment: AWSEnvironment
    let send: HTTPSend
    let now: @Sendable () -> Date

    var name: String { "profile '\(environment.profileName)'" }

    func credentials() async throws -> Credentials? {
        guard environment.profile != nil else {
            guard environment["AWS_PROFILE"] == nil else {
                throw CredentialError(reason: "neither the config nor the credentials file has it; check AWS_PROFILE")
            }
            return nil
        }
        return try await credentials(of: environment.profileName, askedBy: [])
    }

    /// - Parameter askedBy: profiles on the way here, so that a circle ends.
    private func credentials(of name: String, askedBy path: [String]) async throws -> Credentials? {
        guard let profile = environment.profiles[name] else {
            throw CredentialError(
                reason: "no profile '\(name)', which '\(path.last ?? "")' names as its source")
        }
        // A profile may name itself as the source: then its own keys are meant.
        guard let role = profile["role_arn"], path.last != name else { return profile.staticCredentials }
        guard !path.contains(name) else {
            throw CredentialError(
                reason: "profiles name each other as source: \((path + [name]).joined(separator: " → "))")
        }
        let session = profile["role_session_name"] ?? "catalog"
        if let file = profile["web_identity_token_file"] {
            return try await STSClient(environment, credentials: nil, send: send, now: now).assumeRoleWithWebIdentity(
                role: role, sessionName: session, token: environment.token(inFile: file))
        }
        guard let source = try await source(of: profile, askedBy: path + [name]) else {
            throw CredentialError(
                reason: "profile '\(name)' has a role_arn but no source of credentials to take it with")
        }
        return try await STSClient(environment, credentials: CredentialProvider(source), send: send, now: now)
            .assumeRole(
                role, sessionName: session, externalID: profile["external_id"])
    }

    private func source(of profile: AWSProfile, askedBy path: [String]) async throws -> Credentials? {
        if let source = profile["source_profile"] { return try await credentials(of: source, askedBy: path) }
        switch profile["credential_source"] {
        case "Environment": return try await EnvironmentCredentials(environment: environment).credentials()
        case "EcsContainer": return try await ContainerCredentials(environment: environment, send: send).credentials()
        case "Ec2InstanceMetadata":
            return try await InstanceCredentials(environment: environment, send: send).credentials()
        default: return nil
        }
    }
}
