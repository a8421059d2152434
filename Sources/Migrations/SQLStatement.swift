/// One statement of a script: its text without the semicolon and the comments around it, and the line it starts on (from 1).
struct SQLStatement: Equatable, Sendable {
    let text: String
    let line: Int
    /// Up to three unquoted words, lower-cased, that the statement starts with.
    let leadingWords: [String]

    /// Whether it would begin or end the transaction it runs in; savepoints do neither.
    var controlsTransaction: Bool {
        switch leadingWords.first {
        case "begin", "commit", "end", "abort": true
        case "start", "prepare": leadingWords.dropFirst().first == "transaction"
        case "rollback": !leadingWords.contains("to")
        default: false
        }
    }

    /// Whether the server would ask for rows: `copy … from stdin`.
    var copiesFromClient: Bool {
        leadingWords.first == "copy" && text.firstMatch(of: /\bfrom\s+stdin\b/.ignoresCase()) != nil
    }

    /// The first 80 characters on one line, for messages.
    var excerpt: String {
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return words.count > 80 ? words.prefix(79) + "…" : words
    }

    /// The line in the file of an error position, which PostgreSQL counts in characters from 1.
    func line(atCharacter position: Int) -> Int {
        line + text.unicodeScalars.prefix(max(0, position - 1)).count { $0 == "\n" }
    }
}

extension SQLStatement {
    /// Splits a script at its top-level semicolons: not those in quotes, comments, parentheses (`create rule … do (a; b)`) or the
    /// `begin atomic … end` body of an SQL function.
    static func split(_ script: String) -> [SQLStatement] {
        let bytes = Array(script.utf8)
        var lexer = SQLLexer(bytes)
        var statements: [SQLStatement] = []
        var current = Pending()
        var lines = LineCounter(bytes)
        while let (token, range) = lexer.next() {
            if token == .semicolon, current.isAtTopLevel {
                if let body = current.range { statements.append(current.statement(body, in: bytes, &lines)) }
                current = Pending()
            } else {
                current.add(token, range)
            }
        }
        if let body = current.range { statements.append(current.statement(body, in: bytes, &lines)) }
        return statements
    }
}

/// The statement being read.
private struct Pending {
    private(set) var range: Range<Int>?
    private var parentheses = 0
    private var blocks = 0
    private var lastWord = ""
    private var leadingWords: [String] = []
    private var isLeading = true

    var isAtTopLevel: Bool { parentheses == 0 && blocks == 0 }

    mutating func add(_ token: SQLLexer.Token, _ tokenRange: Range<Int>) {
        range = (range?.lowerBound ?? tokenRange.lowerBound)..<tokenRange.upperBound
        switch token {
        case .word(let word): add(word)
        case .open: parentheses += 1
        case .close: parentheses = max(0, parentheses - 1)
        case .semicolon, .other: break
        }
        if case .word = token { return }
        isLeading = false
        lastWord = ""
    }

    private mutating func add(_ word: String) {
        if isLeading, leadingWords.count < 3 { leadingWords.append(word) }
        if word == "atomic", lastWord == "begin" {
            blocks = 1
        } else if blocks > 0, word == "case" {
            blocks += 1  // a case expression ends with "end" too
        } else if blocks > 0, word == "end" {
            blocks -= 1
        }
        lastWord = word
    }

    func statement(_ body: Range<Int>, in bytes: [UInt8], _ lines: inout LineCounter) -> SQLStatement {
        SQLStatement(
            text: String(decoding: bytes[body], as: UTF8.self), line: lines.line(at: body.lowerBound),
            leadingWords: leadingWords)
    }
}

/// Line numbers of ascending offsets, each byte looked at once.
private struct LineCounter {
    private let bytes: [UInt8]
    private var offset = 0
    private var line = 1

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func line(at target: Int) -> Int {
        line += bytes[offset..<target].count { $0 == UInt8(ascii: "\n") }
        offset = target
        return line
    }
}
