package import Foundation

/// An object appeared in a bucket: what the event of any store says about it.
package struct ObjectEvent: Sendable, Equatable {
    /// Who says so.
    package enum Source: String, Sendable, CaseIterable { case s3, sns, eventbridge, minio, ceph, poller, api }

    package var source: Source
    package var bucket: String
    /// Decoded.
    package var key: String
    /// Nil in a bucket without versions.
    package var versionID: String?
    /// Without quotes.
    package var etag: String
    package var byteCount: Int?
    package var occurredAt: Date

    package init(
        source: Source, bucket: String, key: String, versionID: String? = nil, etag: String, byteCount: Int? = nil,
        occurredAt: Date
    ) {
        self.source = source
        self.bucket = bucket
        self.key = key
        self.versionID = versionID
        self.etag = etag
        self.byteCount = byteCount
        self.occurredAt = occurredAt
    }

    /// What tells object versions apart: version id, else ETag.
    package var version: String { versionID ?? etag }
}

/// A body that is not an event of a known kind.
package struct ObjectEventError: Error, CustomStringConvertible, Equatable {
    package var reason: String

    static let stackedMarks = Self(reason: "the body has more than 30 accents on one letter")

    /// The reason and what is accepted.
    package var description: String {
        "\(reason): expected an S3 notification, an SNS message, an EventBridge event or a MinIO webhook"
    }
}

/// Reads the events of AWS S3, EventBridge, MinIO and Ceph; pure.
///
/// Sources: Amazon S3 User Guide, "Event message structure" and "EventBridge event message structure"; MinIO and Ceph
/// documentation of bucket notifications.
package enum ObjectEventParser {
    /// - Parameter body: JSON.
    /// - Returns: the created objects; none for other events, such as deletions and `s3:TestEvent`.
    /// - Throws: `ObjectEventError`.
    package static func events(in body: [UInt8]) throws -> [ObjectEvent] {
        // Any failure to parse is told by our own error, because Foundation's quotes the body.
        guard let object = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] else {
            throw ObjectEventError(reason: "the body is not a JSON object")
        }
        if object["detail-type"] != nil { return try eventBridge(object).map(checked) }
        if let records = object["Records"] as? [[String: Any]] { return try records.compactMap(record).map(checked) }
        if object["Event"] as? String == "s3:TestEvent" { return [] }
        throw ObjectEventError(reason: "the body has neither Records nor detail-type")
    }

    /// No store has longer ones ("Creating object key names", Amazon S3 User Guide), and an index of PostgreSQL has no room
    /// for much longer ones: the sender would repeat an event for ever that no try can record.
    private static let longestName = 1024

    private static func checked(_ event: ObjectEvent) throws -> ObjectEvent {
        let names = [
            ("bucket", event.bucket), ("key", event.key), ("version", event.versionID ?? event.etag),
            ("eTag", event.etag),
        ]
        for (what, name) in names {
            guard (1...longestName).contains(name.utf8.count), !name.utf8.contains(0) else {
                throw ObjectEventError(
                    reason:
                        "a \(what) has \(name.utf8.count) bytes or a NUL: expected 1 to \(longestName) bytes without one"
                )
            }
        }
        return event
    }

    private static func eventBridge(_ event: [String: Any]) throws -> [ObjectEvent] {
        guard event["detail-type"] as? String == "Object Created" else { return [] }
        guard let detail = event["detail"] as? [String: Any], let bucket = detail["bucket"] as? [String: Any],
            let object = detail["object"] as? [String: Any], let name = bucket["name"] as? String,
            let key = object["key"] as? String, let etag = object["etag"] as? String
        else { throw ObjectEventError(reason: "the EventBridge event lacks bucket, key or etag") }
        return [
            ObjectEvent(
                source: .eventbridge, bucket: name, key: key, versionID: version(object["version-id"]),
                etag: bare(etag),
                byteCount: size(object["size"]), occurredAt: date(event["time"]))
        ]
    }

    private static func record(_ record: [String: Any]) throws -> ObjectEvent? {
        guard let name = record["eventName"] as? String else {
            throw ObjectEventError(reason: "a record has no eventName")
        }
        guard name.hasPrefix("ObjectCreated:") || name.hasPrefix("s3:ObjectCreated:") else { return nil }
        guard let s3 = record["s3"] as? [String: Any], let bucket = s3["bucket"] as? [String: Any],
            let object = s3["object"] as? [String: Any], let bucketName = bucket["name"] as? String,
            let key = object["key"] as? String
        else { throw ObjectEventError(reason: "a record lacks bucket or key") }
        let source = source(record["eventSource"])
        guard let etag = object["eTag"] as? String ?? object["etag"] as? String else {
            throw ObjectEventError(reason: "a record lacks the eTag")
        }
        return ObjectEvent(
            source: source, bucket: bucketName,
            key: object["urlDecodedKey"] as? String ?? (source == .ceph ? key : decoded(key)),
            versionID: version(object["versionId"]), etag: bare(etag), byteCount: size(object["size"]),
            occurredAt: date(record["eventTime"]))
    }

    private static func source(_ name: Any?) -> ObjectEvent.Source {
        switch name as? String {
        case "minio:s3": .minio
        case "ceph:s3": .ceph
        default: .s3
        }
    }

    /// As in a form: `+` is a space. A key that is not encoded stays as it is: it has a `%` that encodes nothing, or a
    /// character that an encoder would have replaced.
    private static func decoded(_ key: String) -> String {
        guard key.utf8.allSatisfy({ (0x21..<0x7F).contains($0) }) else { return key }
        return key.replacing("+", with: " ").removingPercentEncoding ?? key
    }

    private static func bare(_ etag: String) -> String { etag.trimmingCharacters(in: ["\""]) }

    private static func version(_ value: Any?) -> String? {
        (value as? String).flatMap { $0.isEmpty || $0 == "null" ? nil : $0 }
    }

    /// Nothing that is no number of bytes.
    private static func size(_ value: Any?) -> Int? {
        (value as? NSNumber).flatMap { Int(exactly: $0.doubleValue) }.flatMap { $0 >= 0 ? $0 : nil }
    }

    /// Years 1 to 9999: PostgreSQL has no time for some that Foundation reads.
    private static let years =
        Date(timeIntervalSince1970: -62_135_596_800)..<Date(timeIntervalSince1970: 253_402_300_800)

    /// Some stores send no time or one of their own making: now is near enough.
    private static func date(_ value: Any?) -> Date {
        guard let text = value as? String else { return Date() }
        let withFraction = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        // Two formats are in use; a third is treated like none.
        let date = (try? withFraction.parse(text)) ?? (try? Date.ISO8601FormatStyle().parse(text))
        return date.flatMap { years.contains($0) ? $0 : nil } ?? Date()
    }
}
