/// Amazon Simple Notification Service.
///
/// Errors are those of `S3Client`.
///
/// Source: Amazon SNS API Reference, version 2010-03-31.
package struct SNSClient: Sendable {
    private let query: QueryProtocol

    package init(_ configuration: AWSConfiguration) {
        self.init(configuration.client(of: .sns))
    }

    init(_ client: ServiceClient) {
        query = QueryProtocol(client: client, version: "2010-03-31")
    }

    /// Bytes of a message, attributes included ("Publish", SNS API Reference).
    package static let messageLimit = 262_144

    /// Sends a message to the subscribers of a topic. A try whose answer is lost is repeated: they may get it twice.
    /// - Parameters:
    ///   - subject: of mail: at most 100 characters of printable ASCII ("Publish", SNS API Reference).
    ///   - attributes: text that filter policies look at.
    /// - Returns: the message's id.
    @discardableResult
    package func publish(
        topic: String, subject: String? = nil, message: String, attributes: [String: String] = [:]
    ) async throws -> String {
        var parameters = [(name: "TopicArn", value: topic), (name: "Message", value: message)]
        if let subject { parameters.append(("Subject", subject)) }
        for (index, attribute) in attributes.sorted(by: { $0.key < $1.key }).enumerated() {
            let name = "MessageAttributes.entry.\(index + 1)"
            parameters += [
                ("\(name).Name", attribute.key), ("\(name).Value.DataType", "String"),
                ("\(name).Value.StringValue", attribute.value),
            ]
        }
        let answer = try await query.call("Publish", on: topic, parameters)
        return answer.first("MessageId")?.text ?? ""
    }

    /// Asks for a subscription; e-mail and HTTP endpoints must confirm it.
    /// - Parameters:
    ///   - protocolName: `email`, `https`, `sqs`, …
    ///   - endpoint: an address, URL or ARN.
    ///   - filterPolicy: JSON, matched against the attributes of a message.
    /// - Returns: the subscription's ARN, or `pending confirmation`.
    @discardableResult
    package func subscribe(
        topic: String, protocolName: String, endpoint: String, filterPolicy: String? = nil
    ) async throws -> String {
        var parameters = [
            (name: "TopicArn", value: topic), (name: "Protocol", value: protocolName),
            (name: "Endpoint", value: endpoint),
        ]
        if let filterPolicy {
            parameters += [("Attributes.entry.1.key", "FilterPolicy"), ("Attributes.entry.1.value", filterPolicy)]
        }
        let answer = try await query.call("Subscribe", on: topic, parameters)
        return answer.first("SubscriptionArn")?.text ?? ""
    }

    /// Answers the handshake of an HTTP endpoint.
    /// - Parameter token: of the `SubscriptionConfirmation` message.
    /// - Returns: the subscription's ARN.
    @discardableResult
    package func confirmSubscription(topic: String, token: String) async throws -> String {
        let answer = try await query.call("ConfirmSubscription", on: topic, [("TopicArn", topic), ("Token", token)])
        return answer.first("SubscriptionArn")?.text ?? ""
    }
}
