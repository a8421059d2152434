package import Foundation

/// Which object: a key in a bucket, and one of its versions if not the newest.
package struct S3Object: Sendable, Hashable, CustomStringConvertible {
    package var bucket: String
    package var key: String
    package var version: String?

    package init(bucket: String, key: String, version: String? = nil) {
        self.bucket = bucket
        self.key = key
        self.version = version
    }

    /// `s3://bucket/key`
    package var description: String { "s3://\(bucket)/\(key)" + (version.map { " (version \($0))" } ?? "") }
}

/// What S3 knows about an object.
package struct S3ObjectInfo: Sendable, Equatable {
    package var key: String
    /// Bytes.
    package var size: Int
    /// Without its quotes; equal for equal contents of one upload method, and else no hash to rely on.
    package var etag: String
    /// nil in a bucket without versions, and in lists.
    package var version: String?
    package var lastModified: Date?
    /// nil in lists.
    package var contentType: String?
    /// Names in lower case, without `x-amz-meta-`; empty in lists.
    package var metadata: [String: String] = [:]
    /// Base64; nil where the store keeps none, of objects sent in parts, and in lists.
    package var checksumSHA256: String?
}

/// What a store was made of.
package struct S3Stored: Sendable, Equatable {
    /// Without its quotes.
    package var etag: String
    /// nil in a bucket without versions.
    package var version: String?
}

/// How an object is stored.
package struct S3PutOptions: Sendable {
    package var contentType: String?
    /// Printable ASCII, at most 2 KB in all (S3 User Guide, "Working with object metadata").
    package var metadata: [String: String]
    /// Fails with `AWSError.isPreconditionFailed` if the key has an object. Of several writers at a time one wins on S3,
    /// but not on every store that speaks its protocol.
    package var onlyIfAbsent: Bool
    package var keeping: S3Keeping

    package init(
        contentType: String? = nil, metadata: [String: String] = [:], onlyIfAbsent: Bool = false,
        keeping: S3Keeping = S3Keeping()
    ) {
        self.contentType = contentType
        self.metadata = metadata
        self.onlyIfAbsent = onlyIfAbsent
        self.keeping = keeping
    }

    /// - Throws: `AWSConfigurationError` for what no header can carry.
    var headers: [(name: String, value: String)] {
        get throws {
            let all =
                metadata.map { (name: "x-amz-meta-\($0.key.lowercased())", value: $0.value) }
                + (contentType.map { [(name: "Content-Type", value: $0)] } ?? []) + keeping.headers
            for (name, value) in all where !(name + value).utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) {
                throw AWSConfigurationError(reason: "'\(name)' cannot be sent: only printable ASCII is allowed")
            }
            return all
        }
    }

    /// Of the request that makes the object appear.
    var condition: [(name: String, value: String)] { onlyIfAbsent ? [("If-None-Match", "*")] : [] }
}

/// How a store keeps an object, where that is not the bucket's own choice.
///
/// Source: "PutObject", Amazon S3 API Reference.
package struct S3Keeping: Sendable, Equatable {
    /// `STANDARD_IA`, `INTELLIGENT_TIERING`, …
    package var storageClass: String?
    /// `AES256`, `aws:kms`, `aws:kms:dsse`.
    package var encryption: String?
    /// Id or ARN of a key of KMS; nil takes the account's own for S3.
    package var kmsKey: String?
    /// At most 10 names and values.
    package var tags: [String: String]

    package init(
        storageClass: String? = nil, encryption: String? = nil, kmsKey: String? = nil, tags: [String: String] = [:]
    ) {
        self.storageClass = storageClass
        self.encryption = encryption
        self.kmsKey = kmsKey
        self.tags = tags
    }

    var headers: [(name: String, value: String)] {
        let pairs = tags.sorted { $0.key < $1.key }.map {
            "\(PercentEncoding.encode($0.key))=\(PercentEncoding.encode($0.value))"
        }
        let all = [
            ("x-amz-storage-class", storageClass), ("x-amz-server-side-encryption", encryption),
            ("x-amz-server-side-encryption-aws-kms-key-id", kmsKey),
            ("x-amz-tagging", pairs.isEmpty ? nil : pairs.joined(separator: "&")),
        ]
        return all.compactMap { name, value in value.map { (name: name, value: $0) } }
    }
}
