package import AWS
import Foundation
import OpenSSL

/// Archives in a bucket of S3, or of a store that speaks its protocol.
package struct S3ArchiveStore: ArchiveStore {
    /// The header is `x-amz-meta-sha256_checksum`.
    static let checksumName = "sha256_checksum"

    private let bucket: String
    private let keeping: S3Keeping
    private let client: @Sendable () async throws -> S3Client
    private let refuse: @Sendable () async -> Bool

    /// - Parameters:
    ///   - keeping: how archives are kept there.
    ///   - client: with the credentials of the moment; puts files of any size with one request.
    ///   - refuse: called when the credentials were refused; answers whether others may be had.
    package init(
        bucket: String, keeping: S3Keeping = S3Keeping(), client: @escaping @Sendable () async throws -> S3Client,
        refuse: @escaping @Sendable () async -> Bool = { false }
    ) {
        self.bucket = bucket
        self.keeping = keeping
        self.client = client
        self.refuse = refuse
    }

    package func put(_ archive: RelayArchive, contentsOf path: String, from offset: Int, replaces: Bool) async throws {
        var options = S3PutOptions(
            contentType: archive.format.contentType, metadata: [Self.checksumName: archive.sha256],
            onlyIfAbsent: !replaces,
            keeping: keeping)
        do {
            try await run { try await $0.put(object(archive.key), contentsOf: path, from: offset, options: options) }
        } catch let error as AWSError where error.isPreconditionFailed && !replaces {
            // Somebody was there before, most likely an earlier attempt; whoever looks next sees what it is.
        } catch let error as AWSError where error.status == 501 && !replaces {
            options.onlyIfAbsent = false
            try await run { [options] in
                try await $0.put(object(archive.key), contentsOf: path, from: offset, options: options)
            }
        }
    }

    package func look(_ key: String) async throws -> StoredArchive? {
        do {
            let info = try await run { try await $0.head(object(key)) }
            let computed = info.checksumSHA256.flatMap { Data(base64Encoded: $0) }.map { Array($0).hex }
            return StoredArchive(
                byteCount: info.size, checksums: [info.metadata[Self.checksumName], computed].compactMap { $0 })
        } catch let error as AWSError where error.isNotFound {
            return nil
        }
    }

    package func check() async throws {
        _ = try await run { try await $0.page(of: bucket, prefix: "relay/", limit: 1) }
    }

    package func get(_ key: String, receive: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void) async throws {
        try await run { _ = try await $0.download(object(key), receive: receive) }
    }

    /// Once more with other credentials if these are refused.
    @discardableResult
    private func run<Result>(_ body: (S3Client) async throws -> Result) async throws -> Result {
        do {
            return try await body(try await client())
        } catch let error as AWSError where error.isRefusal {
            guard await refuse() else { throw error }
            return try await body(try await client())
        }
    }

    private func object(_ key: String) -> S3Object { S3Object(bucket: bucket, key: key) }
}
