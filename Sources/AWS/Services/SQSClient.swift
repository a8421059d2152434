import Curl
import Foundation

/// Amazon Simple Queue Service, as its readers use it.
///
/// Errors are those of `S3Client`.
///
/// Source: Amazon SQS API Reference, version 2012-11-05; "Making API requests with AWS JSON protocol", Amazon SQS Developer Guide.
package struct SQSClient: Sendable {
    /// Of one answer, and of one deletion ("ReceiveMessage", "DeleteMessageBatch").
    package static let mostMessages = 10
    /// The longest that an empty queue is waited for ("Long polling").
    private static let wait = 20

    private let client: ServiceClient

    package init(_ configuration: AWSConfiguration) {
        client = configuration.client(of: .sqs)
    }

    package struct Message: Sendable, Equatable, Decodable {
        package var id: String
        /// Deletes it; of this delivery alone.
        package var receipt: String
        package var body: String

        private enum CodingKeys: String, CodingKey {
            case id = "MessageId"
            case receipt = "ReceiptHandle"
            case body = "Body"
        }
    }

    /// Waits up to 20 seconds for messages. Each is hidden from others until it is deleted, or the queue's time for that is over.
    /// - Parameter queue: its URL.
    package func receive(from queue: String) async throws -> [Message] {
        struct Question: Encodable {
            var QueueUrl: String
            var MaxNumberOfMessages = SQSClient.mostMessages
            var WaitTimeSeconds = SQSClient.wait
        }
        struct Answer: Decodable { var Messages: [Message]? }
        return try await call("ReceiveMessage", queue, Question(QueueUrl: queue), Answer.self).Messages ?? []
    }

    /// What is not deleted comes again.
    /// - Returns: how many could not be deleted.
    package func delete(_ messages: [Message], from queue: String) async throws -> Int {
        struct Entry: Encodable {
            var Id: String
            var ReceiptHandle: String
        }
        struct Question: Encodable {
            var QueueUrl: String
            var Entries: [Entry]
        }
        struct Failure: Decodable { var Id: String }
        struct Answer: Decodable { var Failed: [Failure]? }
        let entries = messages.enumerated().map { Entry(Id: "\($0.offset)", ReceiptHandle: $0.element.receipt) }
        return try await call(
            "DeleteMessageBatch", queue, Question(QueueUrl: queue, Entries: entries), Answer.self
        ).Failed?.count ?? 0
    }

    private func call<Answer: Decodable>(
        _ operation: String, _ queue: String, _ question: some Encodable, _: Answer.Type
    ) async throws -> Answer {
        let body = Array(try JSONEncoder().encode(question))
        let request = SignableRequest(
            "POST", client.endpoint,
            headers: [("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", "AmazonSQS.\(operation)")])
        let response = try await client.run { attempt in
            try await client.send(
                request, body: .bytes(body), payloadHash: SigV4.payloadHash(body), operation: operation,
                resource: queue, timeout: .seconds(30 + Self.wait), attempt: attempt)
        }
        do {
            return try JSONDecoder().decode(Answer.self, from: Data(response.body))
        } catch {
            throw AWSError(
                service: .sqs, operation: operation, resource: queue, status: response.status,
                code: "InvalidResponse", message: "the answer is not the one that is documented")
        }
    }
}
