import Curl
import Foundation

/// AWS Security Token Service: who am I, and temporary credentials of a role.
///
/// Source: AWS Security Token Service API Reference, version 2011-06-15.
package struct STSClient: Sendable {
    private let query: QueryProtocol

    package init(_ configuration: AWSConfiguration) {
        self.init(configuration.client(of: .sts))
    }

    /// - Parameter credentials: nil for `assumeRoleWithWebIdentity`.
    init(
        _ environment: AWSEnvironment, credentials: CredentialProvider?, send: @escaping HTTPSend,
        now: @escaping @Sendable () -> Date
    ) throws {
        // Before the service's own regions are known there is only the oldest one.
        let region = environment.region ?? "us-east-1"
        let endpoint =
            try environment.endpointURL(of: .sts).map(AWSEndpoint.init(url:)) ?? AWSEndpoint(of: .sts, region: region)
        self.init(
            endpoint: endpoint, region: region, credentials: credentials,
            surroundings: Surroundings(send: send, now: now))
    }

    init(
        endpoint: AWSEndpoint, region: String = "us-east-1", credentials: CredentialProvider?,
        surroundings: Surroundings
    ) {
        self.init(
            ServiceClient(
                .sts, region: region, endpoint: endpoint, credentials: credentials, surroundings: surroundings))
    }

    private init(_ client: ServiceClient) {
        query = QueryProtocol(client: client, version: "2011-06-15")
    }

    /// Whose credentials these are.
    package struct CallerIdentity: Sendable, Equatable {
        /// 12 digits.
        package var account: String
        package var arn: String
        package var userID: String
    }

    package func getCallerIdentity() async throws -> CallerIdentity {
        let answer = try await query.call("GetCallerIdentity", on: "caller", [])
        let part = { answer.first($0)?.text ?? "" }
        return CallerIdentity(account: part("Account"), arn: part("Arn"), userID: part("UserId"))
    }

    /// - Parameters:
    ///   - role: its ARN.
    ///   - sessionName: shown in CloudTrail; 2 to 64 of letters, digits and `=,.@-`.
    ///   - duration: seconds, 900 up to the role's own maximum; nil for AWS's default of an hour.
    package func assumeRole(
        _ role: String, sessionName: String, externalID: String? = nil, duration: Int? = nil
    ) async throws -> Credentials {
        var parameters = [(name: "RoleArn", value: role), (name: "RoleSessionName", value: sessionName)]
        if let externalID { parameters.append(("ExternalId", externalID)) }
        if let duration { parameters.append(("DurationSeconds", String(duration))) }
        return try Self.credentials(in: try await query.call("AssumeRole", on: role, parameters))
    }

    /// Not signed: the token is the proof.
    /// - Parameter token: of the identity provider; a secret.
    package func assumeRoleWithWebIdentity(
        role: String, sessionName: String, token: String, duration: Int? = nil
    ) async throws -> Credentials {
        var parameters = [
            (name: "RoleArn", value: role), (name: "RoleSessionName", value: sessionName),
            (name: "WebIdentityToken", value: token),
        ]
        if let duration { parameters.append(("DurationSeconds", String(duration))) }
        return try Self.credentials(in: try await query.call("AssumeRoleWithWebIdentity", on: role, parameters))
    }

    private static func credentials(in answer: XMLDocument.Element) throws -> Credentials {
        guard let found = answer.first("Credentials"), let id = found.text("AccessKeyId"),
            let secret = found.text("SecretAccessKey"), let token = found.text("SessionToken")
        else { throw CredentialError(reason: "STS answered without credentials") }
        return Credentials(
            accessKeyID: id, secretAccessKey: secret, sessionToken: token,
            expiration: found.text("Expiration").flatMap(Timestamps.iso8601))
    }
}
