/// A mail on its way: envelope and message.
package struct SMTPMessage: Sendable {
    /// Gets the bounces: a bare address, empty for none.
    package var sender: String
    /// Bare addresses. If one is refused, nobody gets the mail.
    package var recipients: [String]
    /// RFC 5322, with lines that end in CR LF. Dots at the start of lines are taken care of.
    package var bytes: [UInt8]

    package init(sender: String, recipients: [String], bytes: [UInt8]) {
        self.sender = sender
        self.recipients = recipients
        self.bytes = bytes
    }
}
