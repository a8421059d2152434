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
                return take(until: "]]>").map { .text(String(decoding: $0, as: UTF8.self)) }
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
        guard var tag = take(until: ">") else { return nil }
        let isEnd = tag.first == UInt8(ascii: "/")
        if isEnd { tag = tag.dropFirst() }
        let isEmpty = tag.last == UInt8(ascii: "/")
        let ends: [UInt8] = [0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: "/")]
        let name = String(decoding: tag.prefix { !ends.contains($0) }, as: UTF8.self)
        // `ns:Key` is `Key`: AWS uses one namespace to a document.
        let local = name.split(separator: ":").last.map(String.init) ?? name
        return isEnd ? .end(local) : isEmpty ? .empty(local) : .start(local)
    }

    private mutating func text() -> Token? {
        let text = rest.prefix { $0 != UInt8(ascii: "<") }
        rest = rest[text.endIndex...]
        guard text.contains(UInt8(ascii: "&")) else { return .text(String(decoding: text, as: UTF8.self)) }
        let pieces = text.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
        var result = String(decoding: pieces[0], as: UTF8.self)
        for piece in pieces.dropFirst() {
            guard let end = piece.firstIndex(of: UInt8(ascii: ";")), let character = Self.character(piece[..<end])
            else {
                isBroken = true
                return nil
            }
            result.unicodeScalars.append(character)
            result += String(decoding: piece[(end + 1)...], as: UTF8.self)
        }
        return .text(result)
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
            return UInt32(name.dropFirst(isHex ? 2 : 1), radix: isHex ? 16 : 10).flatMap(Unicode.Scalar.init)
        }
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
