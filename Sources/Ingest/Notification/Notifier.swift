import Foundation

/// Carries a mail to its reader.
public protocol Notifier: Sendable {
    /// Delivers at least once; the same `identifier` is the same mail.
    /// - Throws: `Undeliverable` if no further try can help.
    /// - Parameter recipient: nil if nobody is known, as for an unknown vendor.
    func send(_ mail: UploadMail, to recipient: String?, identifier: String) async throws

    /// For the timeline: `file`, `sns`, `smtp`.
    var channel: String { get }
}

/// A mail that nobody can ever be given.
public struct Undeliverable: Error, Equatable, CustomStringConvertible {
    public var reason: String

    public var description: String { reason }
}

/// Mail as files that mail programs open: `<folder>/<identifier>.eml` (RFC 5322, UTF-8 body).
public struct FileNotifier: Notifier {
    /// The folder.
    public let root: URL
    public let channel = "file"
    private let sender: MailSender

    /// - Parameter root: made when the first mail is written.
    public init(root: URL, from sender: MailSender = MailSender()) {
        self.root = root
        self.sender = sender
    }

    public func send(_ mail: UploadMail, to recipient: String?, identifier: String) async throws {
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        let message = MailMessage(mail, from: sender, to: recipient, identifier: identifier)
        try Data(message.text(.eightBit).utf8).write(
            to: root.appendingPathComponent("\(identifier).eml"), options: .atomic)
    }
}
