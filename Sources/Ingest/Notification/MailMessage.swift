import Foundation
import Text

/// Who a mail is from.
package struct MailSender: Equatable, Sendable {
    /// For people.
    package var name: String
    /// A bare address; it gets the bounces too.
    package var address: String

    package init(name: String = "Catalog", address: String = "catalog@localhost") {
        self.name = name
        self.address = address
    }
}

/// A mail in the format of RFC 5322.
struct MailMessage {
    /// How the body travels.
    enum BodyEncoding: String {
        /// As it is: for files, which people read.
        case eightBit = "8bit"
        /// For servers, which may take ASCII only, and no line of more than 998 bytes, as a link may be.
        case quotedPrintable = "quoted-printable"
    }

    var mail: any Mail
    var sender: MailSender
    /// nil if nobody is known.
    var recipient: String?
    /// The same identifier is the same mail.
    var identifier: String
    var date: Date

    init(
        _ mail: any Mail, from sender: MailSender, to recipient: String?, identifier: String, date: Date = Date()
    ) {
        self.mail = mail
        self.sender = sender
        self.recipient = recipient
        self.identifier = identifier
        self.date = date
    }

    /// Headers and body; lines end with CR LF.
    func text(_ encoding: BodyEncoding) -> String {
        let headers = [
            "Date: \(date.formatted(Self.dateFormat))",
            "From: \(Self.phrase(sender.name)) <\(Self.singleLine(sender.address))>",
            "To: \(recipient.map(Self.singleLine) ?? "undisclosed-recipients:;")",
            "Message-ID: <\(identifier)@catalog>",
            "Subject: \(Self.encoded(Self.singleLine(mail.subject)))",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: \(encoding.rawValue)",
        ]
        let body = encoding == .eightBit ? mail.body : mail.body.quotedPrintable
        return (headers + ["", body]).joined(separator: "\r\n").replacing("\r\n", with: "\n").replacing(
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

    /// A name before an address: bare words, else quoted or encoded.
    private static func phrase(_ name: String) -> String {
        let name = singleLine(name)
        guard name.utf8.allSatisfy({ $0 < 0x80 }) else { return encoded(name) }
        if name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == " " }) { return name }
        return "\"\(name.escaping(["\\": "\\\\", "\"": "\\\""]))\""
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
