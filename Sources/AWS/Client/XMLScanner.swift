/// Cuts XML into tags and text.
struct XMLScanner {
    enum Token {
        case start(String)
        case end(String)
        /// `<name/>`
        case empty(String)
        /// With its references replaced.
        case text(String)
    }

    private var rest: ArraySlice<UInt8>
    private var isBroken = false

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    /// Whether everything was read; false after something that is not XML.
    var isAtEnd: Bool { rest.isEmpty && !isBroken }

    /// - Returns: nil at the end, or at something that is not XML.
    mutating func next() -> Token? {
        while !rest.isEmpty, !isBroken {
            if rest.first != UInt8(ascii: "<") { return text() }
            if rest.starts(with: "<?".utf8) {
                skip(past: "?>")
            } else if rest.starts(with: "<!--".utf8) {
                skip(past: "-->")
            } else if rest.starts(with: "<![CDATA[".utf8) {
                rest = rest.dropFirst("<![CDATA[".utf8.count)
                return take(until: "]]>").map { .text(Self.text($0)) }
            } else if rest.starts(with: "<!".utf8) {
                isBroken = true
            } else {
                return tag()
            }
        }
        return nil
    }

    private mutating func tag() -> Token? {
        rest = rest.dropFirst()
        guard var tag = takeTag() else { return nil }
        let isEnd = tag.first == UInt8(ascii: "/")
        if isEnd { tag = tag.dropFirst() }
        let isEmpty = tag.last == UInt8(ascii: "/")
        let ends: [UInt8] = [0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: "/")]
        let name = String(decoding: tag.prefix { !ends.contains($0) }, as: UTF8.self)
        // `ns:Key` is `Key`: AWS uses one namespace to a document.
        let local = name.split(separator: ":").last.map(String.init) ?? name
        return isEnd ? .end(local) : isEmpty ? .empty(local) : .start(local)
    }

    /// What stands before the `>` that is in no attribute's value.
    private mutating func takeTag() -> ArraySlice<UInt8>? {
        var quote: UInt8?
        for place in rest.indices {
            switch rest[place] {
            case UInt8(ascii: ">") where quote == nil:
                defer { rest = rest[(place + 1)...] }
                return rest[..<place]
            case let mark where mark == UInt8(ascii: "\"") || mark == UInt8(ascii: "'"):
                if quote == nil { quote = mark } else if quote == mark { quote = nil }
            default: break
            }
        }
        isBroken = true
        return nil
    }

    private mutating func text() -> Token? {
        let text = rest.prefix { $0 != UInt8(ascii: "<") }
        rest = rest[text.endIndex...]
        guard text.contains(UInt8(ascii: "&")) else { return .text(Self.text(text)) }
        let pieces = text.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
        var result = Self.text(pieces[0])
        for piece in pieces.dropFirst() {
            guard let end = piece.firstIndex(of: UInt8(ascii: ";")), let character = Self.character(piece[..<end])
            else {
                isBroken = true
                return nil
            }
            result.unicodeScalars.append(character)
            result += Self.text(piece[(end + 1)...])
        }
        return .text(result)
    }

    /// Every line end is a line feed (XML 1.0, section 2.11).
    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        guard bytes.contains(0x0D) else { return text }
        return text.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
    }

    /// The five names of XML, and numbers.
    private static func character(_ reference: ArraySlice<UInt8>) -> Unicode.Scalar? {
        let name = String(decoding: reference, as: UTF8.self)
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default:
            guard name.hasPrefix("#") else { return nil }
            let isHex = name.hasPrefix("#x")
            let digits = name.dropFirst(isHex ? 2 : 1)
            guard digits.allSatisfy(\.isHexDigit) else { return nil }
            return UInt32(digits, radix: isHex ? 16 : 10).flatMap(Unicode.Scalar.init).flatMap {
                mayStand($0) ? $0 : nil
            }
        }
    }

    /// Section 2.2: PostgreSQL has no place for a NUL either.
    private static func mayStand(_ character: Unicode.Scalar) -> Bool {
        character.value >= 0x20 && character.value & 0xFFFE != 0xFFFE || ["\t", "\n", "\r"].contains(character)
    }

    private mutating func skip(past end: String) {
        _ = take(until: end)
    }

    /// What stands before `end`, which is read too.
    private mutating func take(until end: String) -> ArraySlice<UInt8>? {
        guard let range = rest.firstRange(of: end.utf8) else {
            isBroken = true
            return nil
        }
        defer { rest = rest[range.upperBound...] }
        return rest[..<range.lowerBound]
    }
}
