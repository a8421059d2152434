import Curl

/// Mail through a server.
public struct SMTPNotifier: Notifier {
    public let channel = "smtp"
    private let server: SMTPServer
    private let sender: MailSender

    public init(server: SMTPServer, from sender: MailSender) {
        self.server = server
        self.sender = sender
    }

    /// Returns when the server has taken the mail.
    /// - Throws: `SMTPError`, which says whether another try makes sense; `NoRecipient`.
    public func send(_ mail: UploadMail, to recipient: String?, identifier: String) async throws {
        guard let recipient else { throw NoRecipient() }
        let message = MailMessage(mail, from: sender, to: recipient, identifier: identifier)
        let bytes = Array(message.text(.quotedPrintable).utf8)
        try await sendMail(SMTPMessage(sender: sender.address, recipients: [recipient], bytes: bytes), via: server)
    }
}

/// Nobody is known who could get a mail, as for an unknown vendor.
public struct NoRecipient: Error, CustomStringConvertible {
    public var description: String { "nobody is known to send the mail to: register the vendor with an e-mail address" }
}
