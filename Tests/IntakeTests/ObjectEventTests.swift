import Foundation
import TestSupport
import Testing

@testable import Intake

@Suite struct ObjectEventTests {
    private static func events(_ path: String) throws -> [ObjectEvent] {
        try ObjectEventParser.events(
            in: [UInt8](Data(contentsOf: URL(fileURLWithPath: SharedData.file("aws-events/\(path)")))))
    }

    private static func events(json: String) throws -> [ObjectEvent] {
        try ObjectEventParser.events(in: Array(json.utf8))
    }

    @Test("A notification of AWS S3 gives bucket, decoded key, version and size", .sharedData)
    func s3() throws {
        let event = try #require(try Self.events("lambda-go/s3-event.json").first)
        #expect(event.source == .s3)
        #expect(event.bucket == "sourcebucket")
        #expect(event.key == "Happy Face.jpg")
        #expect(event.version == "version")
        #expect(event.etag == "d41d8cd98f00b204e9800998ecf8427e")
        #expect(event.byteCount == 1024)
        #expect(event.occurredAt == Date(timeIntervalSince1970: 0.123))
        let decoded = try Self.events("lambda-go/s3-event-with-decoded.json").first
        #expect(decoded == event)
    }

    @Test("EventBridge and MinIO are read, too", .sharedData)
    func others() throws {
        let bridge = try #require(
            try Self.events("powertools/s3EventBridgeNotificationObjectCreatedEvent.json").first)
        #expect(bridge.source == .eventbridge)
        #expect(!bridge.key.isEmpty && !bridge.etag.isEmpty)
        let minio = try #require(try Self.events("minio/webhook-object-created.json").first)
        #expect(minio.source == .minio)
        #expect(!minio.key.contains("%"))
    }

    @Test(
        "Events of deleted, restored and moved objects are not arrivals", .sharedData,
        arguments: [
            "powertools/s3EventBridgeNotificationObjectDeletedEvent.json", "powertools/s3EventDeleteObject.json",
            "lambda-go/s3-lifecycle-event.json", "lambda-go/s3-restore-event.json",
        ])
    func otherEvents(path: String) throws {
        let events = try Self.events(path)
        #expect(events.isEmpty)
    }

    @Test(
        "Keys are decoded as their store encodes them",
        arguments: [
            ("aws:s3", "in%2Fa+b.csv", "in/a b.csv"), ("aws:s3", "in/a%2Bb.csv", "in/a+b.csv"),
            ("minio:s3", "uploads%2FV%C3%9C%2Fx.csv", "uploads/VÜ/x.csv"),
            ("ceph:s3", "in/a+b%20.csv", "in/a+b%20.csv"),
            // A store that calls itself AWS and encodes nothing: a raw space or letter proves it.
            ("aws:s3", "in/a +b.csv", "in/a +b.csv"), ("aws:s3", "in/Größe+1.csv", "in/Größe+1.csv"),
        ])
    func keys(source: String, key: String, expected: String) throws {
        let json = """
            {"Records": [{"eventSource": "\(source)", "eventName": "s3:ObjectCreated:Put", "eventTime": "2026-01-01T00:00:00Z",
            "s3": {"bucket": {"name": "b"}, "object": {"key": "\(key)", "eTag": "\\"e\\"", "versionId": "null"}}}]}
            """
        let event = try #require(try Self.events(json: json).first)
        #expect(event.key == expected)
        #expect(event.version == "e")
    }

    @Test("What no store can name and no index hold is refused, so that nobody repeats it for ever")
    func longNames() throws {
        let event = { (key: String, version: String) in
            """
            {"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
            "s3": {"bucket": {"name": "b"}, "object": {"key": "\(key)", "eTag": "e", "versionId": "\(version)"}}}]}
            """
        }
        let longest = String(repeating: "k", count: 1024)
        #expect(try Self.events(json: event(longest, longest)).count == 1)
        for (key, version) in [(longest + "k", "v"), ("k", longest + "v"), ("", "v"), ("a\\u0000b", "v")] {
            #expect(throws: ObjectEventError.self) { try Self.events(json: event(key, version)) }
        }
        let bridge = """
            {"detail-type": "Object Created", "detail": {"bucket": {"name": "b"}, "object": {"key": "\(longest)k", "etag": "e"}}}
            """
        #expect(throws: ObjectEventError.self) { try Self.events(json: bridge) }
    }

    @Test(
        "Times and sizes that cannot be recorded are passed over",
        arguments: [
            ("99999-01-01T00:00:00Z", "-1"), ("-0001-01-01T00:00:00Z", "1e300"), ("0000-01-01T00:00:00Z", "1.5"),
        ])
    func impossibleValues(time: String, size: String) throws {
        let json = """
            {"Records": [{"eventName": "ObjectCreated:Put", "eventTime": "\(time)",
            "s3": {"bucket": {"name": "b"}, "object": {"key": "k", "eTag": "e", "size": \(size)}}}]}
            """
        let event = try #require(try Self.events(json: json).first)
        #expect(event.byteCount == nil)
        #expect(abs(event.occurredAt.timeIntervalSinceNow) < 60)
    }

    @Test("The test event of S3 is ignored; what is not an event is refused without a word of its content")
    func refusals() throws {
        #expect(try Self.events(json: #"{"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}"#).isEmpty)
        for body in ["", "[]", "{}", "secret", #"{"Records": [{"eventName": "ObjectCreated:Put"}]}"#] {
            let error = #expect(throws: ObjectEventError.self) { try Self.events(json: body) }
            #expect(error?.description.contains("secret") == false)
        }
    }
}
