extension String {
    /// The UTF-8 text in ASCII lines of at most 76 characters: RFC 2045, section 6.7. Lines end with LF, as before.
    var quotedPrintable: String {
        split(separator: "\n", omittingEmptySubsequences: false).map(Self.quotedLine).joined(separator: "\n")
    }

    private static func quotedLine(_ line: Substring) -> String {
        var lines = [""]
        for (index, byte) in line.utf8.enumerated() {
            let isLast = index == line.utf8.count - 1
            let word = quoted(byte, isLast: isLast)
            // One place is for the sign that the line goes on.
            if lines[lines.count - 1].utf8.count + word.utf8.count > 75 { lines.append("") }
            lines[lines.count - 1] += word
        }
        return lines.joined(separator: "=\n")
    }

    /// - Parameter isLast: a space at the end of a line would get lost on the way.
    private static func quoted(_ byte: UInt8, isLast: Bool) -> String {
        switch byte {
        case UInt8(ascii: "="): "=3D"
        case 0x21...0x7E: String(UnicodeScalar(byte))
        case 0x20 where !isLast, 0x09 where !isLast: String(UnicodeScalar(byte))
        default: "=" + String(byte, radix: 16, uppercase: true).leftPadded
        }
    }

    private var leftPadded: String { utf8.count < 2 ? "0" + self : self }
}
