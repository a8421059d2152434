package import Curl

/// Mail through a server.
package struct SMTPNotifier: Notifier {
    package let channel = "smtp"
    private let server: SMTPServer
    private let sender: MailSender

    package init(server: SMTPServer, from sender: MailSender) {
        self.server = server
        self.sender = sender
    }

    /// Returns when the server has taken the mail.
    /// - Throws: `Undeliverable` if nobody is known or the server refuses for good; `SMTPError` for another try.
    package func send(_ mail: any Mail, to recipient: String?, identifier: String) async throws {
        guard let recipient else { throw Undeliverable(reason: "nobody is known to send the mail to") }
        let message = MailMessage(mail, from: sender, to: recipient, identifier: identifier)
        let bytes = Array(message.text(.quotedPrintable).utf8)
        do {
            try await sendMail(SMTPMessage(sender: sender.address, recipients: [recipient], bytes: bytes), via: server)
        } catch let error as SMTPError where Self.isAboutTheMailbox(error) {
            throw Undeliverable(reason: error.message)
        }
    }

    /// No such mailbox, moved, or not allowed (RFC 5321, section 4.2.3). Other refusals, of a password for one, are the
    /// operator's to mend: the mail waits.
    private static func isAboutTheMailbox(_ error: SMTPError) -> Bool {
        error.code.map { [550, 551, 553].contains($0) } ?? false
    }
}
