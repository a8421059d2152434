package import AWS
package import Logging

/// The one topic whose messages are trusted, once their signature proves that SNS sent them.
package struct TrustedTopic: Sendable {
    private let arn: String
    private let isGenuine: @Sendable (SNSMessage) async throws -> Bool
    private let visit: @Sendable (String) async throws -> Void
    private let logger: Logger

    /// - Parameters:
    ///   - isGenuine: whether SNS signed a message.
    ///   - visit: gets the link that confirms a subscription.
    package init(
        arn: String, logger: Logger, isGenuine: @escaping @Sendable (SNSMessage) async throws -> Bool,
        visit: @escaping @Sendable (String) async throws -> Void
    ) {
        self.arn = arn
        self.logger = logger
        self.isGenuine = isGenuine
        self.visit = visit
    }

    /// Verifies a message and answers the handshake of a subscription.
    /// - Returns: the payload; nil for messages about subscriptions.
    /// - Throws: `EventRefused.untrusted`; errors of the two closures.
    func open(_ message: SNSMessage) async throws -> String? {
        guard message.topic == arn else {
            throw EventRefused.untrusted(reason: "the message is from another topic than CATALOG_EVENTS_TOPIC")
        }
        guard try await isGenuine(message) else {
            throw EventRefused.untrusted(reason: "the message is not signed by SNS")
        }
        switch message.kind {
        case .notification: return message.message
        case .unsubscribeConfirmation: logger.warning("intake.topic.unsubscribed", metadata: ["topic": "\(arn)"])
        case .subscriptionConfirmation:
            // Signed, hence SNS's own link.
            if let url = message.subscribeURL { try await visit(url) }
            logger.notice("intake.topic.subscribed", metadata: ["topic": "\(arn)"])
        }
        return nil
    }
}
