import AWS
import Curl
import Foundation
import Intake
import Logging
import Storage
import Threads

/// The clients of AWS, made when first needed: a machine without a region or credentials can do without them.
final class Cloud: Sendable {
    private let environment: AWSEnvironment
    private let http = HTTPClient()
    private let made = Locked<AWSConfiguration?>(nil)
    private let secrets = Locked<SecretCache?>(nil)

    init(environment: AWSEnvironment = .process()) {
        self.environment = environment
    }

    /// Region, endpoints and credentials as the AWS SDKs find them.
    func configuration() throws -> AWSConfiguration {
        try made.withLock { made in
            if let made { return made }
            let configuration = try AWSConfiguration(environment, http: http)
            made = configuration
            return configuration
        }
    }

    func store(bucket: String, linkProfile: String?) throws -> any ObjectStore {
        let configuration = try configuration()
        return S3ObjectStore(
            client: S3Client(configuration), bucket: bucket,
            signer: try linkProfile.map { S3Client(try withProfile($0, configuration)) })
    }

    /// The secret of a provider: a file that an orchestrator mounts, else of Secrets Manager, kept for an hour.
    /// - Parameters:
    ///   - id: name, ARN or `file:PATH`.
    ///   - refused: what was kept and is of no use.
    @Sendable func providerSecret(_ id: String, refused: String?) async throws -> String {
        guard id.hasPrefix("file:") else {
            let secrets = try databaseSecrets()
            let known = try await secrets.secret(id).text
            guard known == refused else { return known }
            await secrets.invalidate(id)
            return try await secrets.secret(id).text
        }
        let path = String(id.dropFirst("file:".count))
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("cannot read the secret file '\(path)': check the path and its permissions")
        }
        return String(decoding: data, as: UTF8.self)
    }

    func topics() throws -> SNSClient { SNSClient(try configuration()) }

    /// Passwords of databases, kept for an hour.
    func databaseSecrets() throws -> SecretCache {
        let configuration = try configuration()
        return secrets.withLock { secrets in
            let cache = secrets ?? SecretCache(SecretsManagerClient(configuration), lifetime: 3600)
            secrets = cache
            return cache
        }
    }

    /// - Parameter arn: of the topic that announces objects.
    func trustedTopic(_ arn: String, _ logger: Logger) -> TrustedTopic {
        let http = http
        let verifier = SNSVerifier(http: http) { error in
            logger.warning("intake.topic.unverifiable", metadata: ["error": "\(error)"])
        }
        return TrustedTopic(arn: arn, logger: logger, isGenuine: verifier.isGenuine) { url in
            let response = try await http.send(HTTPRequest("GET", url))
            guard response.isSuccess else {
                throw CommandFailure("SNS answered the confirmation of the subscription with \(response.status)")
            }
        }
    }

    /// The same endpoints with the credentials of another profile.
    private func withProfile(_ name: String, _ configuration: AWSConfiguration) throws -> AWSConfiguration {
        var configuration = configuration
        configuration.credentials = CredentialProvider(environment.using(profile: name), http: http)
        return configuration
    }
}
