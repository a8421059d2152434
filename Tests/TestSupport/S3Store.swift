package import AWS
package import Curl
import Foundation

/// The stores that every test of S3 runs on.
package enum S3Store: String, CaseIterable, Sendable {
    /// Checks signatures and checksums.
    case swift
    case moto

    package func configuration(
        secret: String = S3Server.secretKey, http: HTTPClient = HTTPClient()
    ) async throws -> AWSConfiguration {
        let url = self == .swift ? try await S3Server.url() : try await MotoServer.url()
        return AWSConfiguration(
            region: S3Server.region,
            credentials: CredentialProvider(Credentials(accessKeyID: S3Server.accessKey, secretAccessKey: secret)),
            endpoints: [.s3: try AWSEndpoint(url: url)], http: http)
    }

    /// A client and a new bucket.
    package func bucket(
        partSize: Int = S3Client.defaultPartSize
    ) async throws -> (client: S3Client, bucket: String) {
        let client = S3Client(try await configuration(), partSize: partSize)
        let bucket = "test-\(UUID().uuidString.lowercased())"
        try await client.createBucket(bucket)
        return (client, bucket)
    }
}
