import Glibc

/// How the text of a file is written.
package struct TextEncoding: Equatable, Sendable {
    /// As it is recorded and shown: lower-case.
    package let name: String

    package static let utf8 = TextEncoding(known: "utf-8")
    package static let utf16LittleEndian = TextEncoding(known: "utf-16le")
    package static let utf16BigEndian = TextEncoding(known: "utf-16be")
    static let utf32LittleEndian = TextEncoding(known: "utf-32le")
    static let utf32BigEndian = TextEncoding(known: "utf-32be")
    package static let windows1252 = TextEncoding(known: "windows-1252")

    private init(known name: String) {
        self.name = name
    }

    /// An encoding that the system's iconv knows, by any of its names and in any case; nil if it knows none of that name.
    package init?(named name: String) {
        let name = name.lowercased()
        switch name {
        case "utf-8", "utf8": self = .utf8
        case "utf-16", "utf16": self = .utf16LittleEndian
        case "windows-1252", "cp1252": self = .windows1252
        default:
            // A slash begins options of iconv, which are none of a file's business.
            let isName = name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
            guard !name.isEmpty, name.utf8.count <= Self.longestName, isName, IconvDecoder(from: name) != nil else {
                return nil
            }
            self.name = name
        }
    }

    /// Bytes of a name, at most; the columns that hold one have the same limit.
    private static let longestName = 40

    /// What to say about a name that `init(named:)` does not take.
    package static func remedy(_ name: String) -> String {
        "unknown encoding '\(name)': expected utf-8, windows-1252 or another name that iconv knows (iconv -l)"
    }

    /// The encoding that the first bytes announce, and the length of the announcement.
    static func byteOrderMark(of start: UnsafeRawBufferPointer) -> (encoding: TextEncoding, length: Int)? {
        if start.starts(with: [0xEF, 0xBB, 0xBF]) { return (.utf8, 3) }
        // A mark of UTF-16 begins that of UTF-32; no text goes on with a NUL.
        if start.starts(with: [0xFF, 0xFE, 0, 0]) { return (.utf32LittleEndian, 4) }
        if start.starts(with: [0, 0, 0xFE, 0xFF]) { return (.utf32BigEndian, 4) }
        if start.starts(with: [0xFF, 0xFE]) { return (.utf16LittleEndian, 2) }
        if start.starts(with: [0xFE, 0xFF]) { return (.utf16BigEndian, 2) }
        return nil
    }
}

extension TextEncoding {
    /// UTF-16 without a mark, where that is certain: the first line is a header of Latin letters, of which each has a zero beside it,
    /// and all that follows is UTF-16.
    static func certainlyWide(_ start: UnsafeRawBufferPointer) -> TextEncoding? {
        [utf16LittleEndian, .utf16BigEndian].first { encoding in
            let low = encoding == .utf16LittleEndian ? 0 : 1
            guard start.count >= 18, start[1 - low] == 0 else { return false }
            let units = stride(from: 0, to: start.count - 1, by: 2).map { place in
                UInt16(start[place + low]) | UInt16(start[place + 1 - low]) << 8
            }
            let line = units.prefix { $0 != 0x0A && $0 != 0x0D }
            guard line.count >= 8, line.count < units.count,
                line.allSatisfy({ $0 == 0x09 || (0x20..<0x180).contains($0) })
            else { return false }
            return units.allSatisfy { $0 >= 0x20 && $0 < 0xFFFE || [0x09, 0x0A, 0x0D].contains($0) }
        }
    }
}

/// What may be said of a file's encoding.
package enum EncodingNames {
    /// Whether files can be read in it.
    package static func isKnown(_ name: String) -> Bool { TextEncoding(named: name) != nil }

    /// What to say about a name that is not known.
    package static func remedy(_ name: String) -> String { TextEncoding.remedy(name) }
}

extension TextEncoding {
    /// - Throws: `FileFailure` if iconv knows no such name.
    package static func known(_ name: String) throws -> TextEncoding {
        guard let encoding = TextEncoding(named: name) else { throw FileFailure.noSuchEncoding(name) }
        return encoding
    }
}

/// Turns text that arrives in pieces into UTF-8.
struct Transcoder {
    private enum Way {
        case copy
        case windows1252
        case utf16(UTF16Decoder)
        case iconv(IconvDecoder)
    }

    private var way: Way

    init(from encoding: TextEncoding) {
        way =
            switch encoding {
            case .utf8: .copy
            case .windows1252: .windows1252
            case .utf16LittleEndian: .utf16(UTF16Decoder(isBigEndian: false))
            case .utf16BigEndian: .utf16(UTF16Decoder(isBigEndian: true))
            default: IconvDecoder(from: encoding.name).map(Way.iconv) ?? .copy
            }
    }

    /// Appends the UTF-8 of the next bytes; half a character is kept until its other half arrives.
    mutating func append(_ bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        switch way {
        case .copy: output.append(contentsOf: bytes)
        case .windows1252: for byte in bytes { output.append(Windows1252.scalar(byte)) }
        case .utf16(var decoder):
            for byte in bytes { decoder.append(byte, to: &output) }
            way = .utf16(decoder)
        case .iconv(let decoder): decoder.append(bytes, to: &output)
        }
    }

    /// Half a character at the end of the file is not lost without a trace.
    mutating func finish(_ output: inout [UInt8]) {
        switch way {
        case .copy, .windows1252: break
        case .utf16(var decoder):
            decoder.finish(&output)
            way = .utf16(decoder)
        case .iconv(let decoder): decoder.finish(&output)
        }
    }
}

/// UTF-16 in pieces of any size.
struct UTF16Decoder {
    let isBigEndian: Bool
    private var pendingByte: UInt8?
    private var pendingHighSurrogate: UInt16?

    init(isBigEndian: Bool) {
        self.isBigEndian = isBigEndian
    }

    mutating func append(_ byte: UInt8, to output: inout [UInt8]) {
        guard let first = pendingByte else {
            pendingByte = byte
            return
        }
        pendingByte = nil
        let (high, low) = isBigEndian ? (first, byte) : (byte, first)
        appendUnit(UInt16(high) << 8 | UInt16(low), to: &output)
    }

    /// Half a character becomes U+FFFD.
    mutating func finish(_ output: inout [UInt8]) {
        if pendingByte != nil || pendingHighSurrogate != nil { output.append("\u{FFFD}") }
        pendingByte = nil
        pendingHighSurrogate = nil
    }

    private mutating func appendUnit(_ unit: UInt16, to output: inout [UInt8]) {
        if let high = pendingHighSurrogate {
            pendingHighSurrogate = nil
            if UTF16.isTrailSurrogate(unit) {
                let value = 0x10000 + (UInt32(high & 0x3FF) << 10 | UInt32(unit & 0x3FF))
                return output.append(Unicode.Scalar(value) ?? "\u{FFFD}")
            }
            output.append("\u{FFFD}")
        }
        if UTF16.isLeadSurrogate(unit) {
            pendingHighSurrogate = unit
        } else {
            output.append(Unicode.Scalar(unit) ?? "\u{FFFD}")
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ scalar: Unicode.Scalar) {
        if scalar.isASCII { append(UInt8(scalar.value)) } else { append(contentsOf: scalar.utf8) }
    }
}

/// Any encoding that the system's iconv knows. A class because a descriptor has one owner, who closes it.
final class IconvDecoder {
    /// A byte that is not text in the encoding becomes one that is invalid in UTF-8, so that its row is refused.
    private static let wrong: UInt8 = 0xFF

    private let descriptor: iconv_t
    /// The first bytes of a character whose others have not arrived.
    private var pending: [CChar] = []

    /// Nil if iconv does not know the name.
    init?(from name: String) {
        guard let descriptor = iconv_open("UTF-8", name), descriptor != iconv_t(bitPattern: -1) else { return nil }
        self.descriptor = descriptor
    }

    deinit { iconv_close(descriptor) }

    func append(_ bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        var input = pending
        input.append(contentsOf: bytes.bindMemory(to: CChar.self))
        pending = []
        input.withUnsafeMutableBufferPointer { convert($0, &output) }
    }

    func finish(_ output: inout [UInt8]) {
        if !pending.isEmpty { output.append(Self.wrong) }
        pending = []
        // What a stateful encoding still holds back.
        convertOnce(nil, &output)
    }

    private func convert(_ input: UnsafeMutableBufferPointer<CChar>, _ output: inout [UInt8]) {
        var rest = input[...]
        while !rest.isEmpty {
            let (used, error) = convertOnce(UnsafeMutableBufferPointer(rebasing: rest), &output)
            rest = rest.dropFirst(used)
            switch error {
            case EINVAL:
                pending = Array(rest)
                return
            case EILSEQ:
                output.append(Self.wrong)
                rest = rest.dropFirst()
            default: break  // more output than room: once more
            }
        }
    }

    /// Converts as much as fits.
    /// - Returns: bytes used, and `errno`; 0 if all of them were.
    @discardableResult
    private func convertOnce(
        _ input: UnsafeMutableBufferPointer<CChar>?, _ output: inout [UInt8]
    ) -> (used: Int, error: Int32) {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1 << 14) { buffer in
            var (source, sourceLeft) = (input?.baseAddress, input?.count ?? 0)
            var (target, targetLeft) = (buffer.baseAddress, buffer.count)
            let isConverted =
                input == nil
                ? iconv(descriptor, nil, nil, &target, &targetLeft) != -1
                : iconv(descriptor, &source, &sourceLeft, &target, &targetLeft) != -1
            let error = isConverted ? 0 : errno
            let written = UnsafeRawBufferPointer(buffer).prefix(buffer.count - targetLeft)
            output.append(contentsOf: written)
            return ((input?.count ?? 0) - sourceLeft, error)
        }
    }
}

/// Windows-1252 as browsers read it: https://encoding.spec.whatwg.org/index-windows-1252.txt
enum Windows1252 {
    static func scalar(_ byte: UInt8) -> Unicode.Scalar {
        (0x80..<0xA0).contains(byte) ? upper[Int(byte - 0x80)] : Unicode.Scalar(byte)
    }

    /// The byte that stands for a character; nil if none does.
    static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
        if let place = upper.firstIndex(of: scalar) { return UInt8(0x80 + place) }
        return scalar.value < 0x80 || (0xA0...0xFF).contains(scalar.value) ? UInt8(scalar.value) : nil
    }

    /// 0x80 to 0x9F; the five bytes without a character stand for the control character of the same number.
    private static let upper: [Unicode.Scalar] = [
        "\u{20AC}", "\u{81}", "\u{201A}", "\u{192}", "\u{201E}", "\u{2026}", "\u{2020}", "\u{2021}",
        "\u{2C6}", "\u{2030}", "\u{160}", "\u{2039}", "\u{152}", "\u{8D}", "\u{17D}", "\u{8F}",
        "\u{90}", "\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}", "\u{2022}", "\u{2013}", "\u{2014}",
        "\u{2DC}", "\u{2122}", "\u{161}", "\u{203A}", "\u{153}", "\u{9D}", "\u{17E}", "\u{178}",
    ]
}
