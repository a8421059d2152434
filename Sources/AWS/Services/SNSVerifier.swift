import Curl

/// Tells messages of SNS from messages of others. Fetches each certificate once.
public actor SNSVerifier {
    private let send: HTTPSend
    private var certificates: [String: String] = [:]

    /// SNS has one certificate at a time; more than a few are somebody's attempt to fill the memory.
    private static let limit = 16

    public init(http: HTTPClient) {
        self.init { try await http.send($0) }
    }

    init(send: @escaping HTTPSend) {
        self.send = send
    }

    /// Whether SNS signed the message. Says nothing of the topic: everybody may have one.
    /// - Throws: `HTTPTransportError` or `SNSMessageError` if the certificate cannot be fetched; then the message may be
    ///   genuine, and SNS sends it again when the answer is an error.
    public func isGenuine(_ message: SNSMessage) async throws -> Bool {
        guard message.isTrustedCertificateURL else { return false }
        return message.isSigned(certificate: try await certificate(message.signingCertificateURL))
    }

    private func certificate(_ url: String) async throws -> String {
        if let known = certificates[url] { return known }
        let response = try await send(HTTPRequest("GET", url, timeout: .seconds(10)))
        guard response.status == 200 else {
            throw SNSMessageError(reason: "the certificate at '\(url)' cannot be fetched: status \(response.status)")
        }
        let certificate = String(decoding: response.body, as: UTF8.self)
        if certificates.count >= Self.limit { certificates = [:] }
        certificates[url] = certificate
        return certificate
    }
}
