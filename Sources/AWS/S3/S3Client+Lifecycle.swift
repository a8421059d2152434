import Curl
import OpenSSL

/// After how many days objects below a prefix go into another storage class.
package struct S3LifecycleRule: Sendable, Equatable {
    /// Of this rule among those of the bucket.
    package var id: String
    package var prefix: String
    /// Since the object was stored.
    package var days: Int
    /// `DEEP_ARCHIVE`, `GLACIER_IR`, …
    package var storageClass: String

    package init(id: String, prefix: String, days: Int, storageClass: String) {
        self.id = id
        self.prefix = prefix
        self.days = days
        self.storageClass = storageClass
    }

    /// The size is named because objects under 128 KB are otherwise left where they are ("Transitioning objects", S3 User
    /// Guide).
    package var xml: String {
        """
        <Rule><ID>\(id.xmlEscaped)</ID><Filter><And><Prefix>\(prefix.xmlEscaped)</Prefix>\
        <ObjectSizeGreaterThan>1</ObjectSizeGreaterThan></And></Filter><Status>Enabled</Status>\
        <Transition><Days>\(days)</Days><StorageClass>\(storageClass.xmlEscaped)</StorageClass></Transition></Rule>
        """
    }
}

extension S3Client {
    private static let rootTag = "LifecycleConfiguration"

    /// Adds a rule to those of the bucket, or replaces the one of the same id; the others stay as they are.
    ///
    /// Source: PutBucketLifecycleConfiguration, which knows only all rules at once.
    package func setLifecycle(_ rule: S3LifecycleRule, of bucket: String) async throws {
        let others = try await lifecycleRules(of: bucket).filter { $0.id != rule.id }.map(\.xml)
        let body = Array(
            """
            <\(Self.rootTag) xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\((others + [rule.xml]).joined())</\(Self.rootTag)>
            """.utf8)
        let digest = SHA256.hash(body)
        let request = try addressing.request(
            "PUT", bucket: bucket, query: [("lifecycle", "")],
            headers: [("Content-Type", "application/xml"), Self.checksum(digest)])
        _ = try await send(
            request, "PutBucketLifecycleConfiguration", "s3://\(bucket)", body: .bytes(body), payloadHash: digest.hex)
    }

    /// The rules of a bucket, each as it stands there; none if it has no lifecycle.
    func lifecycleRules(of bucket: String) async throws -> [(id: String, xml: String)] {
        let request = try addressing.request("GET", bucket: bucket, query: [("lifecycle", "")])
        do {
            let answer = try await send(request, "GetBucketLifecycleConfiguration", "s3://\(bucket)")
            let text = String(decoding: answer.body, as: UTF8.self)
            return text.matches(of: /<Rule>.*?<\/Rule>/.dotMatchesNewlines()).map { match in
                let xml = String(match.output)
                return (XMLDocument(Array(xml.utf8))?.root.text("ID") ?? "", xml)
            }
        } catch let error as AWSError where error.code == "NoSuchLifecycleConfiguration" {
            return []
        }
    }
}
