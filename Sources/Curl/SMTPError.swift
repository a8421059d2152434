import CLibcurl

/// A mail that was not accepted.
package struct SMTPError: Error, Equatable, CustomStringConvertible {
    /// Whether the same mail will fail again: a reply of 5xx, an untrusted certificate, missing STARTTLS, a wrong address. All else may
    /// pass: a reply of 4xx, the network.
    package let isPermanent: Bool
    /// The server's last reply, if that is the reason: 400 to 599.
    package let code: Int?
    /// With the server's own words; without the password.
    package let message: String

    package var description: String { message }
}

extension SMTPError {
    /// - Returns: nil if the mail was accepted.
    init?(_ outcome: TransferOutcome, _ server: SMTPServer) {
        guard outcome.code != CURLE_OK else { return nil }
        let kind = HTTPTransportError.Kind(outcome)
        // The last reply does not explain an error of the network.
        let isReply = (400..<600).contains(outcome.status) && [.cutOff, .other].contains(kind)
        // Without a reply of 4xx or 5xx, a denied login means that no way to log in is offered.
        let isHopeless = outcome.code == CURLE_LOGIN_DENIED || [.tls, .invalidURL].contains(kind)
        // Not the very last line, which is the farewell.
        let reply = outcome.headerLines.last { isReply && $0.hasPrefix("\(outcome.status)") }
        code = isReply ? outcome.status : nil
        isPermanent = isReply ? outcome.status >= 500 : isHopeless
        if let password = server.password { KnownSecrets.remember(password) }
        message = KnownSecrets.struck(
            from: "\(server.url): \(outcome.text)\(reply.map { " (\($0))" } ?? "")")
    }
}
