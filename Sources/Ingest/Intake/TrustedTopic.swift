import AWS
import Curl
import Logging
import Synchronization

/// The one topic whose messages are believed, once their signature proves that SNS sent them.
public final class TrustedTopic: Sendable {
    private let arn: String
    private let fetch: @Sendable (String) async throws -> [UInt8]
    private let logger: Logger
    /// By URL; SNS has one at a time.
    private let certificates = Mutex<[String: String]>([:])

    /// - Parameters:
    ///   - arn: of the topic.
    ///   - fetch: gets a URL of SNS: its certificate, or the link that confirms a subscription.
    public init(arn: String, logger: Logger, fetch: @escaping @Sendable (String) async throws -> [UInt8]) {
        self.arn = arn
        self.logger = logger
        self.fetch = fetch
    }

    /// Verifies a message and answers the handshake of a subscription.
    /// - Returns: the payload; nil for messages about subscriptions.
    /// - Throws: `EventRefused.untrusted`; errors of `fetch`.
    func open(_ message: SNSMessage) async throws -> String? {
        guard message.topic == arn else {
            throw EventRefused.untrusted(reason: "the message is of another topic than CATALOG_EVENTS_TOPIC")
        }
        guard message.isTrustedCertificateURL else {
            throw EventRefused.untrusted(reason: "the certificate is not of SNS")
        }
        guard message.isSigned(certificate: try await certificate(message.signingCertificateURL)) else {
            throw EventRefused.untrusted(reason: "the signature of the message is wrong")
        }
        switch message.kind {
        case .notification: return message.message
        case .unsubscribeConfirmation: logger.warning("intake.topic.unsubscribed", metadata: ["topic": "\(arn)"])
        case .subscriptionConfirmation:
            // Signed, hence SNS's own link.
            if let url = message.subscribeURL { _ = try await fetch(url) }
            logger.notice("intake.topic.subscribed", metadata: ["topic": "\(arn)"])
        }
        return nil
    }

    private func certificate(_ url: String) async throws -> String {
        if let known = certificates.withLock({ $0[url] }) { return known }
        let text = String(decoding: try await fetch(url), as: UTF8.self)
        certificates.withLock { known in
            if known.count >= 10 { known = [:] }
            known[url] = text
        }
        return text
    }
}
