/// The rules that strike at one action of `alter table`.
struct AlterTableLint {
    private let action: SQLTokens
    private let isNew: Bool

    /// - Parameter isNew: the table was made by the files themselves.
    init(_ action: SQLTokens, isNew: Bool) {
        self.action = action
        self.isNew = isNew
    }

    var rules: [LintRule] {
        let rules = all
        // Types are regretted in new tables, too.
        return isNew ? rules.filter { ColumnLint.types.contains($0) } : rules
    }

    private var all: [LintRule] {
        switch action[0]?.word {
        case "add": added
        case "drop": dropped
        case "alter": altered
        case "rename": renamed
        case "detach":
            action.firstIndex(of: "concurrently") == nil && action.firstIndex(of: "finalize") == nil
                ? [.requireConcurrentPartitionDetach] : []
        case "set":
            ["logged", "unlogged", "tablespace", "access"].contains(action[1]?.word) ? [.blockingMaintenance] : []
        default: []
        }
    }

    private var added: [LintRule] {
        let constraintWords: Set = ["constraint", "primary", "unique", "foreign", "check", "exclude"]
        if let word = action[1]?.word, constraintWords.contains(word) { return addedConstraint }
        var start = action.has("column", at: 1) ? 2 : 1
        if action.has("if", "not", "exists", at: start) { start += 3 }
        return ColumnLint(SQLTokens(action.text(from: start))).rules
    }

    private var addedConstraint: [LintRule] {
        let kind = action.has("constraint", at: 1) ? 3 : 1
        let isValidated = action.firstIndex(of: "valid") == nil
        let usesIndex = action.firstIndex(of: "using") != nil && action.firstIndex(of: "index") != nil
        switch action[kind]?.word {
        case "foreign": return isValidated ? [.addingForeignKeyConstraint, .constraintMissingNotValid] : []
        case "check": return isValidated ? [.constraintMissingNotValid] : []
        case "unique": return usesIndex ? [] : [.disallowedUniqueConstraint, .constraintMissingNotValid]
        case "primary": return usesIndex ? [] : [.addingSerialPrimaryKeyField, .constraintMissingNotValid]
        case "exclude": return [.disallowedUniqueConstraint]
        default: return []
        }
    }

    private var dropped: [LintRule] {
        action.has("constraint", at: 1) ? [.banDropConstraint] : [.banDropColumn]
    }

    private var altered: [LintRule] {
        let start = action.has("column", at: 1) ? 3 : 2
        if action.has("type", at: start) || action.has("set", "data", "type", at: start) {
            return [.changingColumnType]
        }
        if action.has("set", "not", "null", at: start) { return [.addingNotNullableField] }
        if action.has("drop", "default", at: start) { return [.banDropDefault] }
        if action.has("add", "generated", at: start) || action.has("drop", "identity", at: start) {
            return [.banAlterIdentity]
        }
        return action.has("drop", "not", "null", at: start) ? [.banDropNotNull] : []
    }

    private var renamed: [LintRule] {
        if action.has("to", at: 1) { return [.renamingTable] }
        return action.has("constraint", at: 1) ? [] : [.renamingColumn]
    }
}

/// The rules that strike at the definition of a column: name, type, constraints.
struct ColumnLint {
    static let types: Set<LintRule> = [
        .banCharField, .preferBigintOverInt, .preferBigintOverSmallint, .preferIdentity, .preferTextField,
        .preferTimestampTZ,
    ]

    private let column: SQLTokens

    init(_ column: SQLTokens) {
        self.column = column
    }

    /// Of a column that a table with rows gets.
    var rules: [LintRule] {
        typeRules + (isRequired ? [.addingRequiredField] : []) + (isRewriting ? [.addingFieldWithDefault] : [])
            + (column.firstIndex(of: "references") == nil ? [] : [.addingForeignKeyConstraint])
            + (column.firstIndex(of: "unique") == nil ? [] : [.disallowedUniqueConstraint])
            + (column.firstIndex(of: "primary") == nil ? [] : [.addingSerialPrimaryKeyField])
    }

    var typeRules: [LintRule] {
        switch column[1]?.word {
        case "int", "integer", "int4": [.preferBigintOverInt]
        case "smallint", "int2": [.preferBigintOverSmallint]
        case "serial", "serial4": [.preferIdentity, .preferBigintOverInt]
        case "smallserial", "serial2": [.preferIdentity, .preferBigintOverSmallint]
        case "bigserial", "serial8": [.preferIdentity]
        case "char", "character":
            column.has("varying", at: 2) ? (column[3]?.text == "(" ? [.preferTextField] : []) : [.banCharField]
        case "varchar": column[2]?.text == "(" ? [.preferTextField] : []
        case "timestamp": column.firstIndex(of: "with") == nil ? [.preferTimestampTZ] : []
        default: []
        }
    }

    private var isRequired: Bool {
        guard let index = column.firstIndex(of: "not"), column.has("null", at: index + 1) else { return false }
        return column.firstIndex(of: "default") == nil && column.firstIndex(of: "generated") == nil
    }

    /// A generated column or a default that differs from row to row is written into every row.
    private var isRewriting: Bool {
        if let index = column.firstIndex(of: "generated") {
            return !column.has("by", at: index + 1) || column.firstIndex(of: "identity") != nil
        }
        if ["serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"].contains(column[1]?.word) {
            return true
        }
        return column.firstIndex(of: "default").map { callsVolatile(from: $0 + 1) } ?? false
    }

    /// Whether something is called that is not known to be the same for all rows.
    private func callsVolatile(from start: Int) -> Bool {
        (start..<column.count).contains { index in
            guard let word = column[index]?.word, column[index + 1]?.text == "(", column[index - 1]?.text != ":" else {
                return false
            }
            return !Self.steady.contains(word)
        }
    }

    /// Functions of PostgreSQL that give one value to a whole statement.
    private static let steady: Set = [
        "now", "transaction_timestamp", "statement_timestamp", "current_setting", "current_database", "lower", "upper",
        "coalesce",
        "nullif", "array", "row", "to_timestamp", "to_date", "date_trunc", "timezone", "make_interval", "make_date",
        "jsonb_build_object",
        "json_build_object", "jsonb_build_array", "json_build_array", "array_fill", "concat", "format", "md5", "abs",
        "round", "interval",
    ]
}
