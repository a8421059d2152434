import Curl
import Foundation
import TestSupport

@testable import AWS

/// The stores that every test of S3 runs on.
enum Store: String, CaseIterable, Sendable {
    /// Checks signatures and checksums.
    case swift
    case moto

    func configuration(
        secret: String = S3Server.secretKey, http: HTTPClient = HTTPClient()
    ) async throws -> AWSConfiguration {
        let url = self == .swift ? try await S3Server.url() : try await MotoServer.url()
        return AWSConfiguration(
            region: S3Server.region,
            credentials: CredentialProvider(Credentials(accessKeyID: S3Server.accessKey, secretAccessKey: secret)),
            endpoints: [.s3: try Endpoint(url: url)], http: http)
    }

    /// A client and a new bucket.
    func bucket(partSize: Int = S3Client.defaultPartSize) async throws -> (client: S3Client, bucket: String) {
        let client = S3Client(try await configuration(), partSize: partSize)
        let bucket = "test-\(UUID().uuidString.lowercased())"
        let request = try client.addressing.request("PUT", bucket: bucket)
        _ = try await client.send(request, "CreateBucket", "s3://\(bucket)")
        return (client, bucket)
    }
}

/// Bytes that no two places share.
func sampleBytes(_ count: Int, seed: UInt64 = 7) -> [UInt8] {
    var random = SeededGenerator(state: seed)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count { withUnsafeBytes(of: random.next()) { bytes.append(contentsOf: $0) } }
    return Array(bytes.prefix(count))
}
