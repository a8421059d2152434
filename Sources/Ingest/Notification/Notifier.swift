import Foundation

/// Carries a mail to its reader.
public protocol Notifier: Sendable {
    /// Delivers at least once; the same `identifier` is the same mail.
    /// - Parameter recipient: nil if nobody is known, as for an unknown vendor.
    func send(_ mail: UploadMail, to recipient: String?, identifier: String) async throws

    /// For the timeline: `file`, `sns`, `smtp`.
    var channel: String { get }
}

/// Mail as files that mail programs open: `<folder>/<identifier>.eml` (RFC 5322, UTF-8 body).
public struct FileNotifier: Notifier {
    /// The folder.
    public let root: URL
    public let channel = "file"

    /// - Parameter root: made when the first mail is written.
    public init(root: URL) {
        self.root = root
    }

    public func send(_ mail: UploadMail, to recipient: String?, identifier: String) async throws {
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        let text = Self.message(mail, to: recipient, identifier: identifier, date: Date())
        try Data(text.utf8).write(to: root.appendingPathComponent("\(identifier).eml"), options: .atomic)
    }

    static func message(_ mail: UploadMail, to recipient: String?, identifier: String, date: Date) -> String {
        let headers = [
            "Date: \(date.formatted(Self.dateFormat))",
            "From: Catalog <catalog@localhost>",
            "To: \(recipient.map(Self.singleLine) ?? "undisclosed-recipients:;")",
            "Message-ID: <\(identifier)@catalog>",
            "Subject: \(encoded(Self.singleLine(mail.subject)))",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: 8bit",
        ]
        return (headers + ["", mail.body]).joined(separator: "\r\n").replacing("\r\n", with: "\n").replacing(
            "\n", with: "\r\n")
    }

    /// RFC 5322 section 3.3.
    private static let dateFormat = Date.VerbatimFormatStyle(
        format: """
            \(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .defaultDigits) \
            \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\
            \(second: .twoDigits) +0000
            """,
        locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt, calendar: Calendar(identifier: .gregorian))

    /// A line break in a file name would begin a header of its own.
    private static func singleLine(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.properties.generalCategory != .control }))
    }

    /// Text beyond ASCII as encoded words of at most 75 characters: RFC 2047.
    private static func encoded(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 >= 0x80 }) else { return text }
        var words: [String] = []
        var piece = ""
        for character in text {
            if (piece + String(character)).utf8.count > 42 {
                words.append(piece)
                piece = ""
            }
            piece.append(character)
        }
        words.append(piece)
        return words.map { "=?utf-8?B?\(Data($0.utf8).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }
}
