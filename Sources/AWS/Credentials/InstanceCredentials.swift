import Curl
import Foundation

/// The role of an EC2 instance, by version 2 of the instance metadata service only: a session token first.
///
/// Source: "Use the Instance Metadata Service to access instance metadata", Amazon EC2 User Guide.
struct InstanceCredentials: CredentialSource {
    let name = "instance metadata"
    let environment: AWSEnvironment
    let send: HTTPSend
    /// It answers at once or not at all: off EC2 nobody has this address.
    var timeout = Duration.seconds(1)

    func credentials() async throws -> Credentials? {
        guard environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() != "true" else { return nil }
        guard let token = try await sessionToken() else { return nil }
        let path = "/latest/meta-data/iam/security-credentials/"
        let role = try await get(path, token)
        // An instance without a role.
        guard role.status != 404 else { return nil }
        let name = String(decoding: role.body, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init)
        guard role.status == 200, let name else {
            throw CredentialError(reason: "the metadata service answered status \(role.status) for the role's name")
        }
        return try CredentialDocument.credentials(
            in: try await get(path + PercentEncoding.encode(name), token), from: "the metadata service")
    }

    private var base: String {
        let configured = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] ?? "http://169.254.169.254"
        return configured.hasSuffix("/") ? String(configured.dropLast()) : configured
    }

    /// - Returns: nil if this machine has no such service.
    private func sessionToken() async throws -> String? {
        let request = HTTPRequest(
            "PUT", base + "/latest/api/token", headers: [("X-aws-ec2-metadata-token-ttl-seconds", "21600")],
            timeout: timeout)
        do {
            let response = try await send(request)
            return response.status == 200 ? String(decoding: response.body, as: UTF8.self) : nil
        } catch is HTTPTransportError {
            return nil  // because most machines are not on EC2, and then a time-out is the usual answer
        }
    }

    private func get(_ path: String, _ token: String) async throws -> HTTPResponse {
        try await send(
            HTTPRequest("GET", base + path, headers: [("X-aws-ec2-metadata-token", token)], timeout: timeout))
    }
}
