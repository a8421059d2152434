import Foundation
import Storage

/// A bucket of S3: `s3://BUCKET`.
struct BucketStoreSetting: StoreSetting {
    static let form = "s3://BUCKET"

    let bucket: String

    init?(_ value: String) {
        let bucket = value.dropFirst("s3://".count)
        guard value.hasPrefix("s3://"), !bucket.isEmpty, !bucket.contains("/") else { return nil }
        self.bucket = String(bucket)
    }

    func store(_ resources: StoreResources) throws -> any ObjectStore { try store(bucket: bucket, resources) }

    func store(bucket: String, _ resources: StoreResources) throws -> any ObjectStore {
        try resources.cloud.store(bucket: bucket, linkProfile: resources.linkProfile)
    }

    var uploadBucket: String { bucket }

    var folder: URL? { nil }

    func location(of key: String) -> String { "s3://\(bucket)/\(key)" }
}
