/// Looks for statements that lock, rewrite or break what is in use, before they run: a reading of the text, without a database.
///
/// What a `do` block or a function does is not seen. A table that the files themselves make is empty and in nobody's use: everything
/// may be done to it.
package enum MigrationLint {
    /// Findings in the files, in their order.
    /// - Parameter known: earlier files, whose tables are in use.
    package static func findings(_ migrations: [Migration]) -> [LintFinding] {
        var made: Set<QualifiedName> = []
        return migrations.flatMap { migration in
            migration.up.statements.flatMap { statement -> [LintFinding] in
                let lint = StatementLint(statement, made: made, isTransactional: migration.isTransactional)
                if let table = lint.madeTable { made.insert(table) }
                return lint.rules.map { LintFinding($0, statement, in: migration, script: migration.up) }
            }
        }
    }
}

/// The rules that strike at one statement.
struct StatementLint {
    private let tokens: SQLTokens
    private let made: Set<QualifiedName>
    private let isTransactional: Bool

    init(_ statement: SQLStatement, made: Set<QualifiedName> = [], isTransactional: Bool = true) {
        tokens = SQLTokens(statement.text)
        self.made = made
        self.isTransactional = isTransactional
    }

    /// Of `create table`.
    var madeTable: QualifiedName? {
        guard tokens.has("create", at: 0), let index = tokens.firstIndex(of: "table"), index <= 3 else { return nil }
        return tokens.qualifiedName(at: tokens.has("if", "not", "exists", at: index + 1) ? index + 4 : index + 1)?.name
    }

    var rules: [LintRule] {
        switch tokens[0]?.word {
        case "create": created
        case "drop": dropped
        case "alter": altered
        case "reindex": tokens.firstIndex(of: "concurrently") == nil ? [.requireConcurrentReindex] : []
        case "truncate": tokens.firstIndex(of: "cascade") == nil ? [] : [.banTruncateCascade]
        case "cluster", "lock": [.blockingMaintenance]
        case "vacuum": tokens.firstIndex(of: "full") == nil ? [] : [.blockingMaintenance]
        case "refresh": tokens.firstIndex(of: "concurrently") == nil ? [.blockingMaintenance] : []
        case "update", "delete": tokens.firstIndex(of: "where") == nil ? [.wholeTableChange] : []
        default: []
        }
    }

    private var created: [LintRule] {
        if let index = tokens.firstIndex(of: "index"), index <= 2 { return createdIndex(index) }
        if tokens.has("domain", at: 1) {
            return tokens.firstIndex(of: "check") == nil ? [] : [.banCreateDomainWithConstraint]
        }
        guard madeTable != nil else { return [] }
        if let index = tokens.firstIndex(of: "partition"), tokens.has("of", at: index + 1) {
            let parent = tokens.qualifiedName(at: index + 2)?.name
            return parent.map(made.contains) == true ? [] : [.partitionOf]
        }
        return createdColumns
    }

    private func createdIndex(_ index: Int) -> [LintRule] {
        guard !tokens.has("concurrently", at: index + 1) else {
            return isTransactional ? [.banConcurrentIndexCreationInTransaction] : []
        }
        guard let on = tokens.firstIndex(of: "on"),
            let table = tokens.qualifiedName(at: tokens.has("only", at: on + 1) ? on + 2 : on + 1)?.name
        else { return [] }
        return made.contains(table) ? [] : [.requireConcurrentIndexCreation]
    }

    /// Types of the columns, in the first parentheses.
    private var createdColumns: [LintRule] {
        guard let open = tokens.tokens.firstIndex(where: { $0.text == "(" }) else { return [] }
        return tokens.parts(from: open + 1).flatMap { part in ColumnLint(part).typeRules }
    }

    private var dropped: [LintRule] {
        switch tokens[1]?.word {
        case "index": tokens.has("concurrently", at: 2) ? [] : [.requireConcurrentIndexDeletion]
        case "table": isMade(at: tokens.has("if", "exists", at: 2) ? 4 : 2) ? [] : [.banDropTable]
        case let word?: Self.drops[word].map { [$0] } ?? []
        case nil: []
        }
    }

    private static let drops: [String: LintRule] = [
        "database": .banDropDatabase, "view": .banDropView, "function": .banDropFunction, "procedure": .banDropFunction,
        "routine": .banDropFunction, "type": .banDropType, "domain": .banDropDomain, "schema": .banDropSchema,
        "sequence": .banDropSequence,
    ]

    private var altered: [LintRule] {
        if tokens[1]?.word != "table", tokens.firstIndex(of: "rename") != nil { return [.renamingObject] }
        if let set = tokens.firstIndex(of: "set"), tokens.has("schema", at: set + 1) { return [.banSetSchema] }
        return alteredObject
    }

    private var alteredObject: [LintRule] {
        switch tokens[1]?.word {
        case "domain": tokens.firstIndex(of: "check") == nil ? [] : [.banAlterDomainWithAddConstraint]
        case "type":
            tokens.firstIndex(of: "value") != nil && tokens.firstIndex(of: "add") != nil
                && tokens.firstIndex(of: "before") == nil && tokens.firstIndex(of: "after") == nil
                ? [.requireEnumValueOrdering] : []
        case "table": alteredTable
        default: []
        }
    }

    private var alteredTable: [LintRule] {
        var index = tokens.has("if", "exists", at: 2) ? 4 : 2
        if tokens.has("only", at: index) { index += 1 }
        guard let (table, end) = tokens.qualifiedName(at: index) else { return [] }
        let actions = tokens.parts(from: tokens[end]?.text == "*" ? end + 1 : end)
        return actions.flatMap { AlterTableLint($0, isNew: made.contains(table)).rules }
    }

    private func isMade(at index: Int) -> Bool {
        tokens.qualifiedName(at: index).map { made.contains($0.name) } ?? false
    }
}

extension SQLTokens {
    /// Pieces between the commas that stand in no parentheses, up to the parenthesis that closes the ones around.
    func parts(from start: Int) -> [SQLTokens] {
        var parts: [[Token]] = [[]]
        var depth = 0
        for token in tokens.dropFirst(start) {
            if token.text == "(" { depth += 1 }
            if token.text == ")" { depth -= 1 }
            if depth < 0 { break }
            if token.text == ",", depth == 0 {
                parts.append([])
            } else {
                parts[parts.count - 1].append(token)
            }
        }
        return parts.filter { !$0.isEmpty }.map { SQLTokens($0.map(\.text).joined(separator: " ")) }
    }
}
