package import Curl
import Foundation

/// Tells messages of SNS from messages of others. Fetches each certificate once, and one at a time.
package actor SNSVerifier {
    private let send: HTTPSend
    private let now: @Sendable () -> Date
    private let report: @Sendable (any Error) -> Void
    private var certificates: [String: String] = [:]
    private var fetching: Task<String?, Never>?
    private var outage: (error: any Error, until: Date)?

    /// SNS has one certificate at a time; more than a few are somebody's attempt to fill the memory.
    private static let limit = 16
    /// How long SNS is left alone when a certificate could not be had: forged messages must not make a request each.
    private static let pause: TimeInterval = 30

    /// - Parameter report: told once for each failed try to fetch a certificate, however many messages wait for it.
    package init(http: HTTPClient, report: @escaping @Sendable (any Error) -> Void = { _ in }) {
        self.init(report: report) { try await http.send($0) }
    }

    init(
        now: @escaping @Sendable () -> Date = { Date() }, report: @escaping @Sendable (any Error) -> Void = { _ in },
        send: @escaping HTTPSend
    ) {
        self.now = now
        self.report = report
        self.send = send
    }

    /// Whether SNS signed the message. Says nothing of the topic: everybody may have one.
    /// - Throws: `HTTPTransportError` or `SNSMessageError` if the certificate cannot be fetched; then the message may be
    ///   genuine, and SNS sends it again when the answer is an error.
    package func isGenuine(_ message: SNSMessage) async throws -> Bool {
        guard message.isTrustedCertificateURL,
            let certificate = try await certificate(message.signingCertificateURL)
        else { return false }
        return message.isSigned(certificate: certificate)
    }

    /// - Returns: nil if SNS has no such certificate.
    private func certificate(_ url: String) async throws -> String? {
        while true {
            if let known = certificates[url] { return known }
            if let outage, now() < outage.until { throw outage.error }
            guard let fetching else { break }
            _ = await fetching.value
        }
        // A task of its own: the message that happened to be first may be given up by its sender.
        let task = Task { await fetch(url) }
        fetching = task
        let found = await task.value
        if let outage, found == nil, now() < outage.until { throw outage.error }
        return found
    }

    /// Keeps what it finds before the task ends, so that whoever waited for it sees it.
    private func fetch(_ url: String) async -> String? {
        defer { fetching = nil }
        do {
            let response = try await send(HTTPRequest("GET", url, timeout: .seconds(5)))
            if (400..<500).contains(response.status) { return nil }
            guard response.status == 200 else {
                throw SNSMessageError(
                    reason: "the certificate at '\(url)' cannot be fetched: status \(response.status)")
            }
            let certificate = String(decoding: response.body, as: UTF8.self)
            if certificates.count >= Self.limit { certificates = [:] }
            certificates[url] = certificate
            return certificate
        } catch {
            outage = (error, now().addingTimeInterval(Self.pause))
            report(error)
            return nil
        }
    }
}
