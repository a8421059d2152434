import Foundation

@testable import AWS
@testable import Intake

extension Subject {
    /// What is taken can be recorded; an object that a store announces in any of the known shapes is read as it is; what is no
    /// event is told by our own error, which quotes nothing of it.
    static let events = Subject(
        name: "events", longest: 1500,
        seeds: [
            #"\#0{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","eventTime":"2026-03-01T10:00:00.123Z","s3":{"bucket":{"name":"b"},"object":{"key":"a+b%2Fc.csv","size":3,"eTag":"\"e\"","versionId":"v"}}}]}"#,
            #"\#0{"detail-type":"Object Created","time":"2026-03-01T10:00:00Z","detail":{"bucket":{"name":"b"},"object":{"key":"a b","size":1,"etag":"e","version-id":"v"}}}"#,
            #"\#0{"EventName":"s3:ObjectCreated:Put","Key":"b/a","Records":[{"eventSource":"minio:s3","eventName":"s3:ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{"key":"a%C3%A4","eTag":"e"}}}]}"#,
            #"\#0{"Service":"Amazon S3","Event":"s3:TestEvent"}"#,
            #"\#u{1}{"Type":"Notification","MessageId":"1","TopicArn":"arn:aws:sns:eu-west-1:1:t","Message":"{}","Timestamp":"2026-03-01T10:00:00.000Z","SignatureVersion":"2","Signature":"AAAA","SigningCertURL":"https://sns.eu-west-1.amazonaws.com/a.pem"}"#,
            "\u{2}\0\u{8}uploads/\u{3}a+b\u{2}v1", "\u{2}\u{1}\u{6}\u{E4} %2F\0\u{1}\"\0", "\u{2}\u{2}\u{2}a+\u{1}b\0",
            "\u{2}\u{3}\u{2}%z\u{1}b\0",
            "\u{3}https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem",
        ].map { Array($0.utf8) },
        words: [
            "\"Records\":[", "\"eventName\":", "\"ObjectCreated:Put\"", "\"eventTime\":", "\"detail-type\":",
            "\"Object Created\"",
            "\"bucket\":{\"name\":", "\"object\":{\"key\":", "\"urlDecodedKey\":", "\"size\":", "-1", "1e300",
            "\"versionId\":", "null",
            "\"eTag\":", "\"minio:s3\"", "\"ceph:s3\"", "99999-01-01T00:00:00Z", "-0001-01-01T00:00:00Z", "\\u0000",
            "\"Type\":",
            "\"SubscriptionConfirmation\"", "https://sns.", ".amazonaws.com", ".cn/", ".pem",
        ]
    ) { input in
        var choices = Choices(input)
        switch choices.number(below: 4) {
        case 0: checkAnyBody(choices.all())
        case 1: checkMessage(choices.all())
        case 2: checkShapes(&choices)
        default: checkCertificateAddress(String(decoding: choices.all(), as: UTF8.self))
        }
    }

    private static func checkAnyBody(_ body: [UInt8]) {
        // Years that PostgreSQL has no time for.
        let years = Date(timeIntervalSince1970: -62_135_596_800)..<Date(timeIntervalSince1970: 253_402_300_800)
        for event in answer(ObjectEventError.self, { try ObjectEventParser.events(in: body) }) ?? [] {
            for name in [event.bucket, event.key, event.version, event.etag] {
                expect((1...1024).contains(name.utf8.count) && !name.utf8.contains(0), "'\(name)' is no name")
            }
            expect(event.byteCount ?? 0 >= 0, "an object has \(event.byteCount ?? 0) bytes")
            expect(years.contains(event.occurredAt), "it happened at \(event.occurredAt)")
        }
    }

    private static func checkMessage(_ body: [UInt8]) {
        guard let message = answer(SNSMessageError.self, { try SNSMessage(body) }) else { return }
        expect(!message.isSigned(certificate: message.message), "anything is a certificate")
        checkCertificateAddress(message.signingCertificateURL)
        if message.kind == .notification { checkAnyBody(Array(message.message.utf8)) }
    }

    /// Foundation's reader of URLs has to lead to the same place.
    private static func checkCertificateAddress(_ address: String) {
        guard SNSMessage.isTrusted(address) else { return }
        let parts = URLComponents(string: address)
        expect(
            parts?.scheme == "https" && parts?.user == nil && parts?.port == nil && parts?.query == nil
                && parts?.fragment == nil && parts?.host?.hasPrefix("sns.") == true
                && parts?.host?.wholeMatch(of: /[a-z0-9.-]+\.amazonaws\.com(\.cn)?/) != nil,
            "\(address) is trusted, but leads to \(parts?.host ?? "nowhere")")
    }

    private static func checkShapes(_ choices: inout Choices) {
        let shape = choices.number(below: 4)
        let (key, etag, version) = (
            choices.text(), String(String.UnicodeScalarView(choices.text().unicodeScalars.filter { $0 != "\"" })),
            choices.text()
        )
        let isName = [key, etag].allSatisfy { (1...1024).contains($0.utf8.count) && !$0.utf8.contains(0) }
        guard isName, !version.utf8.contains(0), version != "null" else { return }
        let wire = [formEncoded(key), key, formEncoded(key), key][shape]
        let object: [String: Any] = [
            "key": wire, "eTag": "\"\(etag)\"", "etag": etag, "versionId": version, "version-id": version, "size": 7,
        ]
        let place: [String: Any] = ["bucket": ["name": "b"], "object": object]
        let source = ["aws:s3", "", "minio:s3", "ceph:s3"][shape]
        let body: [String: Any] =
            shape == 1
            ? ["detail-type": "Object Created", "detail": place]
            : ["Records": [["eventSource": source, "eventName": "s3:ObjectCreated:Put", "s3": place] as [String: Any]]]
        // Such values always encode.
        let json = try! JSONSerialization.data(withJSONObject: body)
        let events = answer(ObjectEventError.self) { try ObjectEventParser.events(in: Array(json)) }
        expect(events?.count == 1, "\(body) is no event")
        guard let event = events?.first else { return }
        expect(event.key.utf8.elementsEqual(key.utf8), "'\(key)' is read as '\(event.key)'")
        expect(event.etag.utf8.elementsEqual(etag.utf8), "ETag '\(etag)' is read as '\(event.etag)'")
        expect(event.versionID ?? "" == version && event.byteCount == 7, "version or size is read otherwise")
    }

    /// As S3 and MinIO write keys in events: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    private static func formEncoded(_ key: String) -> String {
        PercentEncoding.encode(key).replacing("%20", with: "+").replacing("%2F", with: "/")
    }
}
