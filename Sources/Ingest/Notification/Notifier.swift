package import Foundation
import Storage

/// Carries a mail to its reader.
package protocol Notifier: Sendable {
    /// Delivers at least once; the same `identifier` is the same mail.
    /// - Throws: `Undeliverable` if no further try can help.
    /// - Parameter recipient: nil if nobody is known, as for an unknown vendor.
    func send(_ mail: any Mail, to recipient: String?, identifier: String) async throws

    /// For the timeline: `file`, `sns`, `smtp`.
    var channel: String { get }
}

extension Notifier {
    /// Delivers the mail about an upload.
    package func send(_ notice: UploadNotice, to recipient: String?, identifier: String) async throws {
        try await send(UploadMail(notice), to: recipient, identifier: identifier)
    }
}

/// A mail that nobody can ever be given.
package struct Undeliverable: Error, Equatable, CustomStringConvertible {
    package var reason: String

    package var description: String { reason }
}

/// Mail as files that mail programs open: `<folder>/<identifier>.eml` (RFC 5322, UTF-8 body).
package struct FileNotifier: Notifier {
    /// The folder.
    package let root: URL
    package let channel = "file"
    private let sender: MailSender

    /// - Parameter root: made when the first mail is written.
    package init(root: URL, from sender: MailSender = MailSender()) {
        self.root = root
        self.sender = sender
    }

    package func send(_ mail: any Mail, to recipient: String?, identifier: String) async throws {
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        let message = MailMessage(mail, from: sender, to: recipient, identifier: identifier)
        let file = try StagedFile(in: root.path, isPrivate: mail.isSecret)
        let text = Array(message.text(.eightBit).utf8)
        try text.withUnsafeBytes(file.write)
        try file.publish(as: root.appendingPathComponent("\(identifier).eml").path)
    }
}
