/// Cuts SQL into just the tokens that decide where a statement ends; whitespace and comments are skipped.
///
/// Lexical rules: PostgreSQL manual, chapter 4.1, with `standard_conforming_strings` on (the default since 9.1).
/// An unterminated quote or comment runs to the end of the text: the server reports it better than we could.
struct SQLLexer {
    enum Token: Equatable {
        case word(String)  // an unquoted identifier or key word, lower-cased
        case semicolon, open, close, other
    }

    private let bytes: [UInt8]
    private var position = 0

    init(_ sql: [UInt8]) {
        bytes = sql
    }

    /// The next token and the bytes it covers; nil at the end.
    mutating func next() -> (token: Token, range: Range<Int>)? {
        skipBlanksAndComments()
        guard let byte = peek() else { return nil }
        let start = position
        position += 1
        let token = token(startingWith: byte, at: start)
        return (token, start..<position)
    }

    private mutating func token(startingWith byte: UInt8, at start: Int) -> Token {
        switch byte {
        case UInt8(ascii: ";"): return .semicolon
        case UInt8(ascii: "("): return .open
        case UInt8(ascii: ")"): return .close
        case UInt8(ascii: "'"), UInt8(ascii: "\""): skipQuoted(by: byte)
        case UInt8(ascii: "$"): skipDollarQuoted()
        case _ where isDigit(byte): skipWhile(isIdentifierPart)
        case _ where isIdentifierStart(byte): return word(at: start)
        default: break
        }
        return .other
    }

    private mutating func word(at start: Int) -> Token {
        skipWhile(isIdentifierPart)
        let word = String(decoding: bytes[start..<position], as: UTF8.self).lowercased()
        guard word == "e", peek() == UInt8(ascii: "'") else { return .word(word) }
        position += 1
        skipQuoted(by: UInt8(ascii: "'"), escapes: true)
        return .other
    }

    // A doubled quote needs no case of its own: it reads as the end of one literal and the start of the next.
    private mutating func skipQuoted(by quote: UInt8, escapes: Bool = false) {
        while let byte = peek() {
            position += 1
            if byte == quote {
                // In E'…' the doubled quote matters: the second half would start a literal without escapes.
                guard escapes, peek() == quote else { return }
                position += 1
            } else if escapes, byte == UInt8(ascii: "\\") {
                position += 1
            }
        }
        position = min(position, bytes.count)
    }

    /// After the first `$`: `$$…$$` and `$tag$…$tag$`; anything else (`$1`) is left alone.
    private mutating func skipDollarQuoted() {
        let opening = position - 1
        var end = position
        if end < bytes.count, isIdentifierStart(bytes[end]) {
            while end < bytes.count, isIdentifierPart(bytes[end]), bytes[end] != UInt8(ascii: "$") { end += 1 }
        }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "$") else { return }
        let tag = bytes[opening...end]
        position = end + 1
        while position < bytes.count {
            if bytes[position...].starts(with: tag) {
                position += tag.count
                return
            }
            position += 1
        }
    }

    private mutating func skipBlanksAndComments() {
        while let byte = peek() {
            if byte == 0x20 || (0x09...0x0D).contains(byte) {
                position += 1
            } else if bytes[position...].starts(with: "--".utf8) {
                skipWhile { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
            } else if bytes[position...].starts(with: "/*".utf8) {
                skipBlockComment()
            } else {
                return
            }
        }
    }

    private mutating func skipBlockComment() {
        var depth = 0
        repeat {
            if bytes[position...].starts(with: "/*".utf8) {
                depth += 1
                position += 2
            } else if bytes[position...].starts(with: "*/".utf8) {
                depth -= 1
                position += 2
            } else {
                position += 1
            }
        } while depth > 0 && position < bytes.count
    }

    private func peek() -> UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    private mutating func skipWhile(_ matches: (UInt8) -> Bool) {
        while let byte = peek(), matches(byte) { position += 1 }
    }

    private func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private func isIdentifierStart(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_") || byte >= 0x80
    }

    private func isIdentifierPart(_ byte: UInt8) -> Bool {
        isIdentifierStart(byte) || isDigit(byte) || byte == UInt8(ascii: "$")
    }
}
