package import AWS
import Foundation

/// A bucket of S3, or of a store that speaks its protocol.
package struct S3ObjectStore: ObjectStore {
    private let client: S3Client
    /// Signs links; with credentials that live long, where the client's do not.
    private let signer: S3Client
    private let bucket: String

    /// - Parameter signer: for links; nil signs with the client's credentials.
    package init(client: S3Client, bucket: String, signer: S3Client? = nil) {
        self.client = client
        self.bucket = bucket
        self.signer = signer ?? client
    }

    package func put(_ key: String, contentsOf path: String) async throws {
        let options = S3PutOptions(contentType: key.hasSuffix(".csv") ? "text/csv; charset=utf-8" : nil)
        try await asking { try await client.put(object(key), contentsOf: path, options: options) }
    }

    package func get(
        _ key: String, version: String?, etag: String?,
        receive: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) async throws {
        try await asking {
            do {
                try await client.download(object(key, version), etag: etag, receive: receive)
            } catch let error as AWSError where error.isNotFound || error.isPreconditionFailed {
                throw gone(key)
            }
        }
    }

    package func read(_ key: String, version: String?, etag: String?, range: Range<Int>?) async throws -> [UInt8] {
        try await asking {
            do {
                return try await client.get(object(key, version), range: range, etag: etag).bytes
            } catch let error as AWSError where error.status == 416 {
                // Nothing is there; a store may say so of another object, too.
                let now = try await client.head(object(key, version))
                guard etag == nil || now.etag == etag else { throw gone(key) }
                return []
            } catch let error as AWSError where Self.isGone(error) {
                throw gone(key)
            }
        }
    }

    package func head(_ key: String) async throws -> ObjectInfo? {
        try await asking {
            do {
                return ObjectInfo(try await client.head(object(key)))
            } catch let error as AWSError where error.isNotFound {
                return nil
            }
        }
    }

    package func list(prefix: String, after key: String?) async throws -> [ObjectInfo] {
        try await asking {
            try await client.page(of: bucket, prefix: prefix, startAfter: key).objects.map(ObjectInfo.init)
        }
    }

    package func delete(_ key: String) async throws {
        try await asking { try await client.delete(object(key)) }
    }

    package func link(to key: String, isForHead: Bool) async throws -> ObjectLink {
        let link = try await asking {
            try await signer.presignGet(object(key), expires: S3Client.longestLink, isForHead: isForHead)
        }
        return ObjectLink(url: link.url, expiresAt: link.mayEndEarlier ? Date() : link.expiresAt)
    }

    package func uploadLink(to key: String, sha256: String?) async throws -> UploadLink? {
        let checksum = sha256.map { Data(hexadecimal: $0).base64EncodedString() }
        let link = try await asking { try await signer.presignPut(object(key), expires: 86_400, sha256: checksum) }
        return UploadLink(
            url: link.url, expiresAt: link.expiresAt, headers: checksum.map { ["x-amz-checksum-sha256": $0] } ?? [:])
    }

    /// Tells what the service answered as the trouble of a store that it is: whoever uses stores knows no services.
    @discardableResult
    private func asking<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as AWSError {
            throw ObjectStoreError(reason: String(describing: error))
        } catch let error as CredentialError {
            throw ObjectStoreError(reason: error.description)
        }
    }

    /// Not if there is no bucket: then more is wrong than one object.
    private static func isGone(_ error: AWSError) -> Bool {
        ["NoSuchKey", "NoSuchVersion"].contains(error.code) || error.isPreconditionFailed
    }

    private func object(_ key: String, _ version: String? = nil) -> S3Object {
        S3Object(bucket: bucket, key: key, version: version)
    }

    private func gone(_ key: String) -> ObjectStoreError {
        ObjectStoreError(reason: "s3://\(bucket)/\(key) was deleted or replaced", isGone: true)
    }
}

extension Data {
    /// - Parameter hexadecimal: pairs of digits.
    fileprivate init(hexadecimal: String) {
        let digits = hexadecimal.compactMap(\.hexDigitValue)
        self.init(stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) })
    }
}

extension ObjectInfo {
    fileprivate init(_ info: S3ObjectInfo) {
        self.init(
            key: info.key, size: info.size, etag: info.etag, version: info.version,
            lastModified: info.lastModified ?? .distantPast)
    }
}
