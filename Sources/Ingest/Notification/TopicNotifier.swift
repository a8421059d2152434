package import AWS
import Catalog

/// Mail through a topic of SNS that serves every vendor: subscriptions filter on `vendor_id` and `status`.
package struct TopicNotifier: Notifier {
    package let channel = "sns"
    private let client: SNSClient
    private let topic: String

    /// - Parameter topic: its ARN.
    package init(client: SNSClient, topic: String) {
        self.client = client
        self.topic = topic
    }

    /// The recipient is whoever subscribed, so that it may be nil here.
    package func send(_ mail: any Mail, to recipient: String?, identifier: String) async throws {
        try await client.publish(
            topic: topic, subject: mail.shortSubject(), message: mail.body, attributes: mail.attributes)
    }

    /// What a vendor's subscription lets through.
    package static func filterPolicy(vendorID: String) -> String { "{\"vendor_id\": [\"\(vendorID)\"]}" }
}

extension Mail {
    /// Printable ASCII, below 100 characters ("Publish", SNS API Reference): a longer file name is shortened in the middle.
    func shortSubject() -> String {
        let ascii = subject.unicodeScalars.map { (0x20..<0x7F).contains($0.value) ? Character($0) : "_" }
        guard ascii.count > 99 else { return String(ascii) }
        // Both ends of the subject are fixed and short: what goes is a part of the name.
        return String(ascii.prefix(60)) + "..." + String(ascii.suffix(36))
    }
}
