/// A piece of a file that runs outside a transaction, as small as it can be done or not done.
enum StatementUnit: Equatable, Sendable {
    /// `set`, `reset`: of the session, and so again in every run.
    case setting(SQLStatement)
    /// In one transaction with its record: a statement that may, or what stands from `begin` to `commit`.
    case transaction([SQLStatement])
    /// Refuses a transaction; whether it is done can be seen.
    case indexBuild(SQLStatement, IndexBuild)
    case indexDrop(SQLStatement, QualifiedName)
    case reindex(SQLStatement, QualifiedName)
    case detach(SQLStatement, parent: QualifiedName, partition: QualifiedName)
    /// Refuses a transaction, and does no harm when it runs again: `vacuum` and the like.
    case alone(SQLStatement)

    var first: SQLStatement {
        switch self {
        case .setting(let statement), .indexBuild(let statement, _), .indexDrop(let statement, _),
            .reindex(let statement, _), .detach(let statement, _, _), .alone(let statement):
            statement
        case .transaction(let statements): statements[0]
        }
    }

    /// All of its text.
    var text: String {
        if case .transaction(let statements) = self { return statements.map(\.text).joined(separator: ";\n") }
        return first.text
    }

    /// The units of a file in their order.
    static func units(_ statements: [SQLStatement]) -> [StatementUnit] {
        var units: [StatementUnit] = []
        var block: [SQLStatement] = []
        for statement in statements {
            if !block.isEmpty {
                block.append(statement)
                guard statement.endsTransaction else { continue }
                units.append(.transaction(block))
                block = []
            } else if statement.controlsTransaction {
                block = [statement]
            } else {
                units.append(StatementUnit(statement))
            }
        }
        return units + (block.isEmpty ? [] : [.transaction(block)])
    }

    private init(_ statement: SQLStatement) {
        let tokens = SQLTokens(statement.text)
        switch tokens[0]?.word {
        case "set", "reset": self = .setting(statement)
        case "create":
            if let build = IndexBuild(statement) {
                self = .indexBuild(statement, build)
            } else if ["database", "tablespace", "subscription"].contains(tokens[1]?.word) {
                self = .alone(statement)
            } else {
                self = .transaction([statement])
            }
        case "drop": self = Self.drop(statement, tokens)
        case "reindex": self = Self.reindex(statement, tokens)
        case "alter": self = Self.alter(statement, tokens)
        case "vacuum", "call", "cluster": self = .alone(statement)
        default: self = .transaction([statement])
        }
    }

    private static func drop(_ statement: SQLStatement, _ tokens: SQLTokens) -> StatementUnit {
        if tokens.has("index", "concurrently", at: 1) {
            // PostgreSQL takes one name only.
            let index = tokens.has("if", "exists", at: 3) ? 5 : 3
            return tokens.qualifiedName(at: index).map { .indexDrop(statement, $0.name) } ?? .alone(statement)
        }
        let isAlone = ["database", "tablespace", "subscription"].contains(tokens[1]?.word)
        return isAlone ? .alone(statement) : .transaction([statement])
    }

    private static func reindex(_ statement: SQLStatement, _ tokens: SQLTokens) -> StatementUnit {
        guard let index = tokens.firstIndex(of: "concurrently"), ["index", "table"].contains(tokens[index - 1]?.word),
            let (name, _) = tokens.qualifiedName(at: index + 1)
        else { return .alone(statement) }
        return .reindex(statement, name)
    }

    private static func alter(_ statement: SQLStatement, _ tokens: SQLTokens) -> StatementUnit {
        if tokens.has("system", at: 1) || tokens.has("database", at: 1) && tokens.firstIndex(of: "tablespace") != nil {
            return .alone(statement)
        }
        guard let index = tokens.firstIndex(of: "detach"), tokens.has("partition", at: index + 1),
            tokens.firstIndex(of: "concurrently") != nil,
            let (parent, _) = tokens.qualifiedName(at: tokens.has("if", "exists", at: 2) ? 4 : 2),
            let (partition, _) = tokens.qualifiedName(at: index + 2)
        else { return .transaction([statement]) }
        return .detach(statement, parent: parent, partition: partition)
    }
}

extension SQLStatement {
    /// `commit`, `end`, `rollback` and the like.
    fileprivate var endsTransaction: Bool {
        controlsTransaction && !["begin", "start"].contains(leadingWords.first)
    }
}
