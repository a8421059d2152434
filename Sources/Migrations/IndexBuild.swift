/// `create [unique] index concurrently [if not exists] NAME on TABLE …`, taken apart: what has to be known to go on after it was cut off.
struct IndexBuild: Equatable, Sendable {
    let name: String
    let table: QualifiedName
    let isUnique: Bool
    /// From `using` or the opening parenthesis on.
    let definition: String

    /// Nil for any other statement, and for an index without a name.
    init?(_ statement: SQLStatement) {
        let tokens = SQLTokens(statement.text)
        guard let start = Self.nameIndex(tokens), tokens[start]?.word != "on", let name = tokens[start]?.identifier,
            tokens.has("on", at: start + 1)
        else { return nil }
        let tableIndex = tokens.has("only", at: start + 2) ? start + 3 : start + 2
        guard let (table, end) = tokens.qualifiedName(at: tableIndex) else { return nil }
        self.name = name
        self.table = table
        isUnique = tokens.has("unique", at: 1)
        definition = tokens.text(from: end)
    }

    /// Whether the server would make up the name, which nobody could find again.
    static func isNameless(_ statement: SQLStatement) -> Bool {
        let tokens = SQLTokens(statement.text)
        return nameIndex(tokens).map { tokens[$0]?.word == "on" } ?? false
    }

    /// Where the name stands in a statement that builds an index concurrently.
    private static func nameIndex(_ tokens: SQLTokens) -> Int? {
        guard tokens.has("create", at: 0) else { return nil }
        let index = tokens.has("unique", at: 1) ? 2 : 1
        guard tokens.has("index", "concurrently", at: index) else { return nil }
        return tokens.has("if", "not", "exists", at: index + 2) ? index + 5 : index + 2
    }
}
