import Curl
import Foundation

/// The role of an ECS task or an EKS pod.
///
/// Source: "Container credential provider", AWS SDKs and Tools Reference Guide.
struct ContainerCredentials: CredentialSource {
    let name = "container"
    let environment: AWSEnvironment
    let send: HTTPSend

    func credentials() async throws -> Credentials? {
        guard let url = try url else { return nil }
        var request = HTTPRequest("GET", url, timeout: .seconds(5))
        if let token = try authorization { request.headers.append(("Authorization", token)) }
        return try CredentialDocument.credentials(
            in: try await send(request), from: "the container's credential service")
    }

    /// The relative address wins, on ECS's fixed host.
    private var url: String? {
        get throws {
            if let path = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] { return "http://169.254.170.2\(path)" }
            guard let url = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] else { return nil }
            let endpoint = try AWSEndpoint(url: url)
            guard endpoint.scheme == "https" || Self.isTrusted(endpoint.host) else {
                throw CredentialError(
                    reason: "AWS_CONTAINER_CREDENTIALS_FULL_URI '\(url)' would send a token in the clear; use https")
            }
            return url
        }
    }

    /// Plain HTTP never leaves the machine: loopback, ECS, EKS.
    private static func isTrusted(_ host: String) -> Bool {
        let name = host.hasPrefix("[") ? String(host.prefix { $0 != "]" }) + "]" : String(host.prefix { $0 != ":" })
        let isLoopback = name.hasPrefix("127.") && name.allSatisfy { $0.isNumber || $0 == "." }
        return isLoopback
            || ["localhost", "[::1]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"].contains(name)
    }

    /// The file is read each time, because its token is exchanged while the pod runs.
    private var authorization: String? {
        get throws {
            guard let path = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] else {
                return environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
            }
            return try environment.token(inFile: path)
        }
    }
}
