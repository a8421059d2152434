import Curl
import Foundation

/// AWS Secrets Manager.
///
/// Errors are those of `S3Client`. No error or description shows a secret.
///
/// Source: AWS Secrets Manager API Reference, version 2017-10-17; "AWS JSON 1.1 protocol", Smithy documentation.
package struct SecretsManagerClient: Sendable {
    private let client: ServiceClient

    package init(_ configuration: AWSConfiguration) {
        self.init(configuration.client(of: .secretsManager))
    }

    init(_ client: ServiceClient) {
        self.client = client
    }

    /// One version of a secret. Its descriptions do not show it.
    package struct Secret: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
        package var name: String
        package var version: String
        /// Text, or the bytes of a binary secret if they are UTF-8.
        package var text: String

        package init(name: String, version: String, text: String) {
            self.name = name
            self.version = version
            self.text = text
        }

        package var description: String { "secret '\(name)' (version \(version))" }
        package var customMirror: Mirror { Mirror(self, children: ["name": name, "version": version]) }
    }

    /// - Parameters:
    ///   - id: name or ARN.
    ///   - stage: `AWSCURRENT` (nil), `AWSPREVIOUS` or `AWSPENDING`.
    /// - Throws: `AWSError.isNotFound` if there is no such secret or stage.
    package func getSecretValue(id: String, stage: String? = nil) async throws -> Secret {
        let body = Array(try JSONEncoder().encode(Question(SecretId: id, VersionStage: stage)))
        let request = SignableRequest(
            "POST", client.endpoint,
            headers: [
                ("Content-Type", "application/x-amz-json-1.1"), ("X-Amz-Target", "secretsmanager.GetSecretValue"),
            ])
        let response = try await client.run { attempt in
            try await client.send(
                request, body: .bytes(body), payloadHash: SigV4.payloadHash(body), operation: "GetSecretValue",
                resource: id, attempt: attempt)
        }
        guard let secret = Self.secret(in: response.body) else {
            throw AWSError(
                service: .secretsManager, operation: "GetSecretValue", resource: id, status: response.status,
                code: "InvalidResponse", message: "the answer holds no text")
        }
        return secret
    }

    private struct Question: Encodable {
        var SecretId: String
        var VersionStage: String?
    }

    private struct Answer: Decodable {
        var Name: String
        var VersionId: String?
        var SecretString: String?
        /// Base64.
        var SecretBinary: Data?
    }

    private static func secret(in body: [UInt8]) -> Secret? {
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(body)) else {
            return nil  // the caller tells; the decoder's error could quote the secret
        }
        let text = answer.SecretString ?? answer.SecretBinary.flatMap { String(data: $0, encoding: .utf8) }
        return text.map { Secret(name: answer.Name, version: answer.VersionId ?? "", text: $0) }
    }
}
