import Curl
import Foundation
import TestSupport
import Testing

@testable import AWS
import Threads

/// A real store behind a way that loses connections.
@Suite(.timeLimit(.minutes(5))) struct S3LostConnectionTests {
    private let bytes = sampleBytes(3_000_000)

    /// A client that does not wait before it tries again.
    private func client(_ url: String, partSize: Int) async throws -> S3Client {
        let http = HTTPClient()
        var configuration = try await S3Store.swift.configuration(http: http)
        configuration.endpoints[.s3] = try AWSEndpoint(url: url)
        let surroundings = Surroundings(
            send: { try await http.send($0) }, download: { try await http.download($0, receive: $1) }, sleep: { _ in })
        return S3Client(
            configuration.client(of: .s3, rules: .s3, surroundings: surroundings), partSize: partSize)
    }

    @Test("a download that loses its connection goes on where it was", arguments: [1, 2])
    func download(losses: Int) async throws {
        let (direct, bucket) = try await S3Store.swift.bucket()
        let object = S3Object(bucket: bucket, key: "k")
        try await direct.put(object, bytes)
        let received = Locked<[UInt8]>([])
        try await CutProxy.with(to: try await S3Server.url(), resettingAfter: 1_000_000, first: losses) { url in
            _ = try await client(url, partSize: S3Client.defaultPartSize).download(object) { piece in
                received.withLock { $0 += piece }
            }
        }
        #expect(received.withLock { $0 } == bytes)
    }

    @Test("an upload that loses its connection is repeated, whole or the part")
    func upload() async throws {
        let (direct, bucket) = try await S3Store.swift.bucket()
        let folder = try TemporaryFolder()
        let large = sampleBytes(5 << 20) + bytes
        for content in [bytes, large] {
            let object = S3Object(bucket: bucket, key: "\(content.count)")
            let path = try folder.write(content, to: "file")
            try await CutProxy.with(to: try await S3Server.url(), resettingAfter: 1_000_000, first: 2) { url in
                _ = try await client(url, partSize: 5 << 20).put(object, contentsOf: path)
            }
            let (_, stored) = try await direct.get(object)
            #expect(stored == content)
        }
    }

    @Test("a connection that is always lost fails in the end")
    func alwaysLost() async throws {
        let (direct, bucket) = try await S3Store.swift.bucket()
        let object = S3Object(bucket: bucket, key: "k")
        try await direct.put(object, bytes)
        try await CutProxy.with(to: try await S3Server.url(), resettingAfter: 1_000_000, first: 100) { url in
            let client = try await client(url, partSize: S3Client.defaultPartSize)
            let seen = Locked(0)
            let error = await #expect(throws: HTTPTransportError.self) {
                try await client.download(object) { piece in seen.withLock { $0 += piece.count } }
            }
            #expect(error?.kind == .cutOff)
            #expect(seen.withLock { $0 } < bytes.count)
        }
    }
}
