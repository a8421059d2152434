/// What the comments at the top of a file say to the migrator: `-- catalog: …`.
struct MigrationDirectives: Sendable, Equatable {
    /// False after `-- catalog: no-transaction`.
    private(set) var isTransactional = true
    /// `-- catalog: works-with 0012`: binaries whose newest migration is this one, or a later one, may go on when the file is applied.
    private(set) var worksWith: Int?
    /// `-- catalog: allow RULE: why`: what `lint` may not refuse in this file, and the reason.
    private(set) var allowed: [String: String] = [:]

    /// - Throws: ``MigrationFileError/unknownDirective(file:directive:)``.
    init(_ sql: String, fileName: String) throws {
        for text in Self.texts(sql) {
            guard read(text) else { throw MigrationFileError.unknownDirective(file: fileName, directive: text) }
        }
    }

    private mutating func read(_ text: String) -> Bool {
        let words = text.split(maxSplits: 1, whereSeparator: \.isWhitespace)
        guard words.count == 2 else {
            guard text == "no-transaction" else { return false }
            isTransactional = false
            return true
        }
        switch words[0] {
        case "works-with":
            worksWith = MigrationFileName.version(words[1].utf8)
            return worksWith != nil
        case "allow": return allow(words[1])
        default: return false
        }
    }

    /// `RULE: why`.
    private mutating func allow(_ text: Substring) -> Bool {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let first = parts[0].first, ("a"..."z").contains(first),
            parts[0].allSatisfy({ $0 == "-" || ("a"..."z").contains($0) })
        else { return false }
        let reason = Self.trimmed(parts[1])
        guard !reason.isEmpty else { return false }
        allowed[String(parts[0])] = String(reason)
        return true
    }

    /// What follows `-- catalog:` in the comment lines before the first statement.
    private static func texts(_ sql: String) -> [String] {
        lines(sql).lazy.map(trimmed)
            .prefix { $0.isEmpty || $0.hasPrefix("--") }
            .map { trimmed($0.drop { $0 == "-" }) }
            .filter { $0.hasPrefix("catalog:") }
            .map { String(trimmed($0.dropFirst("catalog:".count))) }
    }

    /// Line by line, since the comments are at the top of what may be long.
    private static func lines(_ sql: String) -> UnfoldSequence<Substring, Substring?> {
        sequence(state: Optional(sql[...])) { rest in
            guard let text = rest else { return nil }
            let end = text.firstIndex(where: \.isNewline)
            rest = end.map { text[text.index(after: $0)...] }
            return text[..<(end ?? text.endIndex)]
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop(while: \.isWhitespace)
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return start[...end]
    }
}
