import Curl
import Foundation

/// A role taken with a token of an identity provider, as on EKS: `AWS_WEB_IDENTITY_TOKEN_FILE`, `AWS_ROLE_ARN`.
struct WebIdentityCredentials: CredentialSource {
    let name = "web identity"
    let environment: AWSEnvironment
    let send: HTTPSend
    let now: @Sendable () -> Date

    func credentials() async throws -> Credentials? {
        guard let file = environment["AWS_WEB_IDENTITY_TOKEN_FILE"] else { return nil }
        guard let role = environment["AWS_ROLE_ARN"] else {
            throw CredentialError(reason: "AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN; set both")
        }
        let session = environment["AWS_ROLE_SESSION_NAME"] ?? "catalog"
        return try await STSClient(environment, credentials: nil, send: send, now: now).assumeRoleWithWebIdentity(
            role: role, sessionName: session, token: environment.token(inFile: file))
    }
}

extension AWSEnvironment {
    /// Read at each use, because whoever wrote it exchanges it before it expires.
    func token(inFile path: String) throws -> String {
        guard let text = readFile(path) else {
            throw CredentialError(reason: "cannot read the token file '\(path)'")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
