/// How the text of a file is written.
package enum TextEncoding: String, Sendable {
    case utf8 = "utf-8"
    case utf16LittleEndian = "utf-16le"
    case utf16BigEndian = "utf-16be"
    case windows1252 = "windows-1252"

    /// The encoding that the first bytes announce, and the length of the announcement.
    static func byteOrderMark(of start: UnsafeRawBufferPointer) -> (encoding: TextEncoding, length: Int)? {
        if start.starts(with: [0xEF, 0xBB, 0xBF]) { return (.utf8, 3) }
        if start.starts(with: [0xFF, 0xFE]) { return (.utf16LittleEndian, 2) }
        if start.starts(with: [0xFE, 0xFF]) { return (.utf16BigEndian, 2) }
        return nil
    }
}

/// Turns text that arrives in pieces into UTF-8.
struct Transcoder {
    private let encoding: TextEncoding
    private var pendingByte: UInt8?
    private var pendingHighSurrogate: UInt16?

    init(from encoding: TextEncoding) {
        self.encoding = encoding
    }

    /// Appends the UTF-8 of the next bytes; half a character is kept until its other half arrives.
    mutating func append(_ bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        switch encoding {
        case .utf8: output.append(contentsOf: bytes)
        case .windows1252: for byte in bytes { Self.append(Windows1252.scalar(byte), to: &output) }
        case .utf16LittleEndian, .utf16BigEndian: for byte in bytes { appendUTF16(byte, to: &output) }
        }
    }

    /// Half a character at the end of the file becomes U+FFFD.
    mutating func finish(_ output: inout [UInt8]) {
        if pendingByte != nil || pendingHighSurrogate != nil { Self.append("\u{FFFD}", to: &output) }
        pendingByte = nil
        pendingHighSurrogate = nil
    }

    private mutating func appendUTF16(_ byte: UInt8, to output: inout [UInt8]) {
        guard let first = pendingByte else {
            pendingByte = byte
            return
        }
        pendingByte = nil
        let (high, low) = encoding == .utf16BigEndian ? (first, byte) : (byte, first)
        appendUnit(UInt16(high) << 8 | UInt16(low), to: &output)
    }

    private mutating func appendUnit(_ unit: UInt16, to output: inout [UInt8]) {
        if let high = pendingHighSurrogate {
            pendingHighSurrogate = nil
            if UTF16.isTrailSurrogate(unit) {
                let value = 0x10000 + (UInt32(high & 0x3FF) << 10 | UInt32(unit & 0x3FF))
                return Self.append(Unicode.Scalar(value) ?? "\u{FFFD}", to: &output)
            }
            Self.append("\u{FFFD}", to: &output)
        }
        if UTF16.isLeadSurrogate(unit) {
            pendingHighSurrogate = unit
        } else {
            Self.append(Unicode.Scalar(unit) ?? "\u{FFFD}", to: &output)
        }
    }

    private static func append(_ scalar: Unicode.Scalar, to output: inout [UInt8]) {
        if scalar.isASCII { output.append(UInt8(scalar.value)) } else { output.append(contentsOf: scalar.utf8) }
    }
}

/// Windows-1252 as browsers read it: https://encoding.spec.whatwg.org/index-windows-1252.txt
enum Windows1252 {
    static func scalar(_ byte: UInt8) -> Unicode.Scalar {
        (0x80..<0xA0).contains(byte) ? upper[Int(byte - 0x80)] : Unicode.Scalar(byte)
    }

    /// 0x80 to 0x9F; the five bytes without a character stand for the control character of the same number.
    private static let upper: [Unicode.Scalar] = [
        "\u{20AC}", "\u{81}", "\u{201A}", "\u{192}", "\u{201E}", "\u{2026}", "\u{2020}", "\u{2021}",
        "\u{2C6}", "\u{2030}", "\u{160}", "\u{2039}", "\u{152}", "\u{8D}", "\u{17D}", "\u{8F}",
        "\u{90}", "\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}", "\u{2022}", "\u{2013}", "\u{2014}",
        "\u{2DC}", "\u{2122}", "\u{161}", "\u{203A}", "\u{153}", "\u{9D}", "\u{17E}", "\u{178}",
    ]
}
