/// The SQL of one migration file.
public struct MigrationScript: Sendable, Equatable {
    /// The file's name without its folder.
    public let fileName: String
    /// The whole text of the file.
    public let sql: String
    /// False when the comments at the top of the file hold `-- catalog: no-transaction`.
    public let isTransactional: Bool

    let statements: [SQLStatement]

    /// - Throws: ``MigrationFileError`` for an unknown `-- catalog:` directive, for data to be copied from the client, or when a
    ///   transactional file ends its own transaction.
    init(fileName: String, sql: String) throws {
        let directives = Self.directives(sql)
        if let unknown = directives.first(where: { $0 != "no-transaction" }) {
            throw MigrationFileError.unknownDirective(file: fileName, directive: unknown)
        }
        self.fileName = fileName
        self.sql = sql
        isTransactional = directives.isEmpty
        statements = SQLStatement.split(sql)
        if let statement = statements.first(where: \.copiesFromClient) {
            throw MigrationFileError.copiesFromClient(file: fileName, line: statement.line)
        }
        if isTransactional, let statement = statements.first(where: \.controlsTransaction) {
            throw MigrationFileError.controlsTransaction(
                file: fileName, line: statement.line, statement: statement.excerpt)
        }
    }

    /// What follows `-- catalog:` in the comment lines before the first statement.
    private static func directives(_ sql: String) -> [String] {
        sql.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .lazy.map(trimmed)
            .prefix { $0.isEmpty || $0.hasPrefix("--") }
            .map { trimmed($0.drop { $0 == "-" }) }
            .filter { $0.hasPrefix("catalog:") }
            .map { String(trimmed($0.dropFirst("catalog:".count))) }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop(while: \.isWhitespace)
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return start[...end]
    }
}
