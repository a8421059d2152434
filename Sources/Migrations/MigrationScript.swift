/// The SQL of one migration file.
package struct MigrationScript: Sendable, Equatable {
    /// The file's name without its folder.
    package let fileName: String
    /// The whole text of the file.
    package let sql: String

    let directives: MigrationDirectives
    let statements: [SQLStatement]

    /// False when the comments at the top of the file hold `-- catalog: no-transaction`.
    package var isTransactional: Bool { directives.isTransactional }

    /// - Parameter placeholders: values for `${name}`.
    /// - Throws: ``MigrationFileError`` for an unknown `-- catalog:` directive or placeholder, for data to be copied from the client, for
    ///   a nameless index that is built concurrently, or when a transactional file ends its own transaction.
    init(fileName: String, sql: String, placeholders: [String: String] = [:]) throws {
        self.fileName = fileName
        self.sql = sql
        directives = try MigrationDirectives(sql, fileName: fileName)
        statements = SQLStatement.split(try Placeholders(placeholders).filled(sql, fileName: fileName))
        try checkStatements()
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
