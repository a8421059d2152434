import Foundation
package import Intake

extension ObjectEvent {
    package static func make(
        bucket: String = "inbox", key: String = "uploads/VEND001/products.csv", versionID: String? = nil,
        etag: String = "e1", byteCount: Int? = nil, source: Source = .s3
    ) -> ObjectEvent {
        ObjectEvent(
            source: source, bucket: bucket, key: key, versionID: versionID, etag: etag, byteCount: byteCount,
            occurredAt: Date())
    }
}
