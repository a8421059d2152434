import Curl
import Foundation

/// The JSON in which containers and instances answer their credentials.
///
/// Source: "Retrieve security credentials from instance metadata", Amazon EC2 User Guide.
struct CredentialDocument: Decodable {
    var AccessKeyId: String
    var SecretAccessKey: String
    var Token: String?
    var Expiration: String?

    /// - Throws: `CredentialError` that shows the status but never the document.
    static func credentials(in response: HTTPResponse, from name: String) throws -> Credentials {
        guard response.status == 200 else {
            throw CredentialError(reason: "\(name) answered status \(response.status)")
        }
        let document: CredentialDocument
        do {
            document = try JSONDecoder().decode(CredentialDocument.self, from: Data(response.body))
        } catch {
            throw CredentialError(reason: "\(name) answered something else than credentials")
        }
        return Credentials(
            accessKeyID: document.AccessKeyId, secretAccessKey: document.SecretAccessKey,
            sessionToken: document.Token, expiration: document.Expiration.flatMap(Timestamps.iso8601))
    }
}
