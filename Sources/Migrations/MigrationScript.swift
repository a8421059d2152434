/// The SQL of one migration file.
package struct MigrationScript: Sendable, Equatable {
    /// The file's name without its folder.
    package let fileName: String
    /// The whole text of the file.
    package let sql: String

    let directives: MigrationDirectives
    private let filled: String
    /// Read anew each time: most commands want to know which files there are, and nothing else of them.
    var statements: [SQLStatement] { SQLStatement.split(filled) }

    /// False when the comments at the top of the file hold `-- catalog: no-transaction`.
    package var isTransactional: Bool { directives.isTransactional }

    /// - Parameters:
    ///   - placeholders: values for `${name}`.
    ///   - isChecked: whether somebody has looked at its statements already.
    /// - Throws: ``MigrationFileError`` for an unknown `-- catalog:` directive or placeholder, for data to be copied from the client, for
    ///   a nameless index that is built concurrently, or when a transactional file ends its own transaction.
    init(fileName: String, sql: String, placeholders: [String: String] = [:], isChecked: Bool = false) throws {
        self.fileName = fileName
        self.sql = sql
        directives = try MigrationDirectives(sql, fileName: fileName)
        filled = isChecked ? sql : try Placeholders(placeholders).filled(sql, fileName: fileName)
        if !isChecked { try checkStatements() }
    }

    /// Of the text with the line ends of Unix: a checkout on another system has others and is the same migration.
    var checksums: MigrationChecksums { MigrationChecksums(sql) }

    private func checkStatements() throws {
        for statement in statements {
            if statement.copiesFromClient {
                throw MigrationFileError.copiesFromClient(file: fileName, line: statement.line)
            }
            if isTransactional, statement.controlsTransaction {
                throw MigrationFileError.controlsTransaction(
                    file: fileName, line: statement.line, statement: statement.excerpt)
            }
            if !isTransactional, IndexBuild.isNameless(statement) {
                throw MigrationFileError.namelessIndex(file: fileName, line: statement.line)
            }
        }
    }
}
