import Text

/// The tokens of one statement, with the text of each.
struct SQLTokens {
    struct Token: Equatable {
        /// Lower-cased, of an unquoted identifier or key word; nil for everything else.
        let word: String?
        let text: String
        /// In the statement's UTF-8.
        let range: Range<Int>

        /// Whether it begins with a quotation mark; by code points, because an accent may follow.
        var isQuoted: Bool { text.unicodeScalars.first == "\"" }

        /// What the server calls the object that the token names: a quoted identifier keeps its case.
        var identifier: String? {
            if let word { return word }
            guard isQuoted, text.unicodeScalars.last == "\"", text.unicodeScalars.count > 1 else { return nil }
            // Of two marks one stays.
            var isSecond = false
            let inner = text.unicodeScalars.dropFirst().dropLast().filter { scalar in
                isSecond = scalar == "\"" && !isSecond
                return scalar != "\"" || isSecond
            }
            return String(String.UnicodeScalarView(inner))
        }
    }

    let tokens: [Token]
    private let bytes: [UInt8]

    init(_ sql: String) {
        bytes = Array(sql.utf8)
        var lexer = SQLLexer(bytes)
        var tokens: [Token] = []
        while let (token, range) = lexer.next() {
            let text = String(decoding: bytes[range], as: UTF8.self)
            // The second half of a doubled quotation mark belongs to the identifier before it.
            let next = Token(word: token.word, text: text, range: range)
            if next.isQuoted, let last = tokens.last, last.isQuoted, last.range.upperBound == range.lowerBound {
                tokens[tokens.count - 1] = Token(
                    word: nil, text: last.text + text, range: last.range.lowerBound..<range.upperBound)
            } else {
                tokens.append(next)
            }
        }
        self.tokens = tokens
    }

    subscript(index: Int) -> Token? { tokens.indices.contains(index) ? tokens[index] : nil }

    var count: Int { tokens.count }

    /// Whether these words stand at an index.
    func has(_ words: String..., at index: Int) -> Bool {
        words.enumerated().allSatisfy { self[index + $0.offset]?.word == $0.element }
    }

    func firstIndex(of word: String) -> Int? { tokens.firstIndex { $0.word == word } }

    /// A name at an index, with its schema if it has one: as written, and where it ends.
    func qualifiedName(at index: Int) -> (name: QualifiedName, end: Int)? {
        guard let first = self[index]?.identifier else { return nil }
        guard self[index + 1]?.text == ".", let second = self[index + 2]?.identifier else {
            return (QualifiedName(schema: nil, name: first), index + 1)
        }
        return (QualifiedName(schema: first, name: second), index + 3)
    }

    /// The text from a token to the end.
    func text(from index: Int) -> String {
        guard let token = self[index] else { return "" }
        return String(decoding: bytes[token.range.lowerBound...], as: UTF8.self)
    }
}

/// The name of a table, an index or another relation.
struct QualifiedName: Equatable, Hashable, Sendable {
    let schema: String?
    let name: String

    /// For `to_regclass` and for statements.
    var quoted: String {
        (schema.map { [$0] } ?? []).map(Self.quote).joined() + (schema == nil ? "" : ".") + Self.quote(name)
    }

    private static func quote(_ text: String) -> String { "\"\(text.escaping(["\"": "\"\""]))\"" }
}

extension SQLLexer.Token {
    fileprivate var word: String? {
        if case .word(let word) = self { word } else { nil }
    }
}
