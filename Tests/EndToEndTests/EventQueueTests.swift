import Curl
import Foundation
import Postgres
import TestSupport
import Testing

@testable import AWS

/// Events that a queue of SQS has.
@Suite(.timeLimit(.minutes(3))) struct EventQueueTests {
    /// A queue of moto, and what tests do to it.
    private struct Queue {
        let server: String
        let url: String

        init() async throws {
            server = try await MotoServer.url()
            let made = try await Self.call(server, "CreateQueue", ["QueueName": "q-\(UUID().uuidString)"])
            url = try #require(made["QueueUrl"] as? String)
        }

        func send(_ body: String) async throws {
            _ = try await Self.call(server, "SendMessage", ["QueueUrl": url, "MessageBody": body])
        }

        /// Messages that wait, and those that somebody has and did not delete.
        func left() async throws -> [String] {
            let names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
            let answer = try await Self.call(server, "GetQueueAttributes", ["QueueUrl": url, "AttributeNames": names])
            let found = answer["Attributes"] as? [String: String] ?? [:]
            return names.map { found[$0] ?? "" }
        }

        private static func call(_ server: String, _ action: String, _ body: [String: Any]) async throws -> [String:
            Any]
        {
            let bytes = Array(try JSONSerialization.data(withJSONObject: body))
            let request = SignableRequest(
                "POST", try AWSEndpoint(url: server),
                headers: [("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", "AmazonSQS.\(action)")])
            let signer = SigV4(
                credentials: Credentials(accessKeyID: "key", secretAccessKey: "secret"), region: "us-east-1",
                service: "sqs")
            let signed = signer.signed(request, payloadHash: SigV4.payloadHash(bytes), at: Date())
            let answer = try await HTTPClient().send(signed.http(body: .bytes(bytes), timeout: .seconds(30)))
            return try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any] ?? [:]
        }
    }

    private static func event(_ key: String) -> String {
        """
        {"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","eventTime":"2026-11-27T10:00:00Z","s3":{"bucket":\
        {"name":"b"},"object":{"key":"\(key)","size":5,"eTag":"e1"}}}]}
        """
    }

    @Test(
        "Arrivals are recorded once and their messages deleted; what is no event stays, and keeps nothing behind it waiting"
    )
    func taken() async throws {
        let queue = try await Queue()
        let wrapped = try JSONSerialization.data(withJSONObject: [
            "Type": "Notification", "MessageId": "1", "TopicArn": "arn:aws:sns:us-east-1:123456789012:t",
            "Message": Self.event("landing/two"), "Timestamp": "2026-11-27T10:00:00.000Z", "SignatureVersion": "1",
            "Signature": "", "SigningCertURL": "https://sns.us-east-1.amazonaws.com/x.pem",
        ])
        for body in [
            "no event", Self.event("landing/one"), Self.event("landing/one"), String(decoding: wrapped, as: UTF8.self),
            #"{"Event":"s3:TestEvent"}"#,
        ] { try await queue.send(body) }
        let settings = [
            "CATALOG_EVENTS_QUEUE": queue.url, "AWS_ENDPOINT_URL_SQS": queue.server, "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "CATALOG_POLL_SECONDS": "3600",
        ]
        try await ServiceEnvironment.with(settings) { service in
            try await service.catalog.succeed("route", "add", "s3://b/landing/", "relay")
            try await service.running("serve", "--roles", "poller") {
                try await service.wait(
                    for: "landing/one s3,landing/two sns",
                    "select coalesce(string_agg(object_key || ' ' || source, ',' order by 1), '') from intake.object_events"
                )
                try await eventually(within: .seconds(60)) { try await queue.left() == ["0", "1"] ? true : nil }
            }
            let count = try await service.pool.run { try $0.query("select count(*) from intake.object_events")[0][0] }
            #expect(count == "2")
        }
    }

    @Test("What is no queue is refused before anything starts")
    func refused() async throws {
        try await CatalogBinary.with { catalog in
            let outcome = try await catalog.run(["vendor", "list"], setting: ["CATALOG_EVENTS_QUEUE": "vendor-files"])
            #expect(outcome.status == 1 && outcome.error.contains("CATALOG_EVENTS_QUEUE"), "\(outcome.error)")
        }
    }
}
