import Foundation
import OpenSSL

/// What SNS posts to an HTTP endpoint, and the proof that it was SNS.
///
/// Source: "Verifying the signatures of Amazon SNS messages", "Parsing Amazon SNS message formats", SNS Developer Guide.
package struct SNSMessage: Sendable, Equatable {
    package enum Kind: String, Sendable, Codable {
        case notification = "Notification"
        case subscriptionConfirmation = "SubscriptionConfirmation"
        case unsubscribeConfirmation = "UnsubscribeConfirmation"
    }

    package let kind: Kind
    package let messageID: String
    package let topic: String
    package let subject: String?
    /// The payload; for S3 events their JSON.
    package let message: String
    /// When it was published, as it stands in the message: `2022-07-28T21:23:58.317Z`.
    package let timestamp: String
    /// Confirms a subscription; only in confirmations. The link is SNS's only if `isSigned`.
    package let subscribeURL: String?
    /// For `SNSClient.confirmSubscription`.
    package let token: String?
    /// Where the certificate is.
    package let signingCertificateURL: String
    private let signatureVersion: String
    private let signature: [UInt8]

    /// - Parameter body: JSON of the POST.
    /// - Throws: `SNSMessageError` if it is not a message of SNS.
    package init(_ body: [UInt8]) throws {
        do {
            self.init(try JSONDecoder().decode(Envelope.self, from: Data(body)))
        } catch {
            throw SNSMessageError(reason: "the body is not a message of SNS")
        }
    }

    /// Whether the holder of the certificate signed all that counts of this message. Pure: the caller fetches the certificate from
    /// `signingCertificateURL`, once `isTrustedCertificateURL` allows it.
    /// - Parameter certificate: PEM.
    package func isSigned(certificate: String) -> Bool {
        let digest: RSASignature.Digest
        switch signatureVersion {
        case "1": digest = .sha1
        case "2": digest = .sha256
        default: return false
        }
        return RSASignature.isValid(
            signature, of: Array(signedText.utf8), digest: digest, certificate: certificate)
    }

    /// Whether the certificate would come from SNS itself, over TLS. Anyone can sign with a certificate of their own.
    package var isTrustedCertificateURL: Bool { Self.isTrusted(signingCertificateURL) }

    static func isTrusted(_ url: String) -> Bool {
        // What no URL of SNS has, and two readers of URLs may read differently.
        guard url.utf8.allSatisfy({ (0x21..<0x7F).contains($0) }), !url.contains(where: { "\\@#?%".contains($0) })
        else {
            return false
        }
        guard url.hasPrefix("https://"), let slash = url.dropFirst(8).firstIndex(of: "/") else { return false }
        let host = url[url.index(url.startIndex, offsetBy: 8)..<slash]
        return url.hasSuffix(".pem") && host.wholeMatch(of: /sns\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/) != nil
    }

    /// Names and values, each on a line of its own, in the order of the names' bytes.
    private var signedText: String {
        let fields: [(String, String?)] =
            switch kind {
            case .notification:
                [
                    ("Message", message), ("MessageId", messageID), ("Subject", subject), ("Timestamp", timestamp),
                    ("TopicArn", topic), ("Type", kind.rawValue),
                ]
            case .subscriptionConfirmation, .unsubscribeConfirmation:
                [
                    ("Message", message), ("MessageId", messageID), ("SubscribeURL", subscribeURL),
                    ("Timestamp", timestamp), ("Token", token), ("TopicArn", topic), ("Type", kind.rawValue),
                ]
            }
        return fields.compactMap { name, value in value.map { "\(name)\n\($0)\n" } }.joined()
    }

    private struct Envelope: Decodable {
        var `Type`: Kind
        var MessageId, TopicArn, Message, Timestamp, SignatureVersion: String
        var Signature: Data
        var Subject, Token: String?
        var SigningCertURL, SubscribeURL: String?
        /// As Lambda functions get them.
        var SigningCertUrl, SubscribeUrl: String?
    }

    private init(_ envelope: Envelope) {
        kind = envelope.Type
        messageID = envelope.MessageId
        topic = envelope.TopicArn
        subject = envelope.Subject
        message = envelope.Message
        timestamp = envelope.Timestamp
        subscribeURL = envelope.SubscribeURL ?? envelope.SubscribeUrl
        token = envelope.Token
        signingCertificateURL = envelope.SigningCertURL ?? envelope.SigningCertUrl ?? ""
        signatureVersion = envelope.SignatureVersion
        signature = Array(envelope.Signature)
    }
}

/// A body that SNS cannot have sent.
package struct SNSMessageError: Error, CustomStringConvertible, Equatable {
    var reason: String

    package var description: String { reason }
}
