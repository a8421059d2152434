import AWS
import Curl
import Foundation
import Ingest
import Synchronization

/// The clients of AWS, made when first needed: a machine without a region or credentials can do without them.
final class Cloud: Sendable {
    private let environment: AWSEnvironment
    private let http = HTTPClient()
    private let made = Mutex<AWSConfiguration?>(nil)

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

    func topicNotifier(_ arn: String) throws -> any Notifier { throw CommandFailure("SNS: not yet") }

    /// The same endpoints with the credentials of another profile.
    private func withProfile(_ name: String, _ configuration: AWSConfiguration) throws -> AWSConfiguration {
        var variables = ProcessInfo.processInfo.environment
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] { variables[name] = nil }
        variables["AWS_PROFILE"] = name
        let profile = AWSEnvironment(variables: variables) { path in
            try? String(contentsOfFile: path, encoding: .utf8)  // because the files are optional
        }
        var configuration = configuration
        configuration.credentials = CredentialProvider(profile, http: http)
        return configuration
    }
}
