/// What `catalog migrate lint` looks for. Where squawk (a linter for PostgreSQL migrations) has the rule, it has squawk's name.
package enum LintRule: String, Sendable, CaseIterable {
    // Locks that readers or writers wait for.
    case requireConcurrentIndexCreation = "require-concurrent-index-creation"
    case requireConcurrentIndexDeletion = "require-concurrent-index-deletion"
    case requireConcurrentReindex = "require-concurrent-reindex"
    case requireConcurrentPartitionDetach = "require-concurrent-partition-detach"
    case banConcurrentIndexCreationInTransaction = "ban-concurrent-index-creation-in-transaction"
    case addingForeignKeyConstraint = "adding-foreign-key-constraint"
    case constraintMissingNotValid = "constraint-missing-not-valid"
    case disallowedUniqueConstraint = "disallowed-unique-constraint"
    case addingSerialPrimaryKeyField = "adding-serial-primary-key-field"
    case addingNotNullableField = "adding-not-nullable-field"
    case partitionOf = "partition-of"
    case blockingMaintenance = "blocking-maintenance"

    // Rewrites of a table.
    case changingColumnType = "changing-column-type"
    case addingFieldWithDefault = "adding-field-with-default"

    // What a binary that is at work still uses.
    case addingRequiredField = "adding-required-field"
    case renamingColumn = "renaming-column"
    case renamingTable = "renaming-table"
    case banDropColumn = "ban-drop-column"
    case banDropTable = "ban-drop-table"
    case banDropNotNull = "ban-drop-not-null"
    case banDropView = "ban-drop-view"
    case banDropFunction = "ban-drop-function"
    case banDropType = "ban-drop-type"
    case banDropDomain = "ban-drop-domain"
    case banDropSchema = "ban-drop-schema"
    case banDropSequence = "ban-drop-sequence"
    case banDropConstraint = "ban-drop-constraint"
    case banDropDefault = "ban-drop-default"
    case banSetSchema = "ban-set-schema"
    case banAlterIdentity = "ban-alter-identity"
    case renamingObject = "renaming-object"
    case banDropDatabase = "ban-drop-database"
    case banTruncateCascade = "ban-truncate-cascade"

    // What is regretted later.
    case banCreateDomainWithConstraint = "ban-create-domain-with-constraint"
    case banAlterDomainWithAddConstraint = "ban-alter-domain-with-add-constraint"
    case banCharField = "ban-char-field"
    case preferBigintOverInt = "prefer-bigint-over-int"
    case preferBigintOverSmallint = "prefer-bigint-over-smallint"
    case preferIdentity = "prefer-identity"
    case preferTextField = "prefer-text-field"
    case preferTimestampTZ = "prefer-timestamp-tz"
    case requireEnumValueOrdering = "require-enum-value-ordering"
    case wholeTableChange = "whole-table-change"

    /// Rules of squawk's own list that this one leaves out, with the reason.
    package static let leftToTheMigrator = [
        "require-lock-timeout": "every statement runs with lock_timeout = 500 ms and is tried again",
        "require-statement-timeout": "a migration may take long; what would block others gives way",
        "prefer-robust-stmts": "each statement is recorded, so that none runs twice",
        "transaction-nesting": "such a file is refused when it is read",
        "ban-uncommitted-transaction": "such a file is refused when it is read",
        "syntax-error": "PostgreSQL says so, in a transaction",
    ]

    /// How to do it instead.
    package var remedy: String {
        switch self {
        case .requireConcurrentIndexCreation, .banConcurrentIndexCreationInTransaction:
            "create index concurrently, in a file with -- catalog: no-transaction"
        case .requireConcurrentIndexDeletion: "drop index concurrently, in a file with -- catalog: no-transaction"
        case .requireConcurrentReindex: "reindex … concurrently, in a file with -- catalog: no-transaction"
        case .requireConcurrentPartitionDetach:
            "alter table … detach partition … concurrently, in a file with -- catalog: no-transaction"
        case .addingForeignKeyConstraint, .constraintMissingNotValid:
            "add it as NOT VALID, and validate it in a later file"
        case .disallowedUniqueConstraint, .addingSerialPrimaryKeyField:
            "create unique index concurrently first, then add constraint … using index"
        case .addingNotNullableField:
            "add check (… is not null) not valid, validate it, set not null, and drop the check"
        case .partitionOf: "create table … (like … including all), then alter table … attach partition"
        case .blockingMaintenance: "leave it to autovacuum, or do it in a maintenance window by hand"
        case .changingColumnType: "add a column of the new type, fill it in pieces, and let the code use it"
        case .addingFieldWithDefault: "add the column without it, set the default, and fill the rows in pieces"
        case .addingRequiredField: "add it with a constant default, or nullable"
        case .renamingColumn, .renamingTable, .banDropColumn, .banDropTable, .banDropNotNull, .banDropView,
            .banDropFunction,
            .banDropType, .banDropDomain, .banDropSchema, .banDropSequence, .banDropConstraint, .banDropDefault,
            .banSetSchema,
            .banAlterIdentity, .renamingObject:
            "let a release go by that no longer uses it, and raise works-with to that one"
        case .banDropDatabase: "a migration belongs to one database and does not end it"
        case .banTruncateCascade: "name the tables"
        case .banCreateDomainWithConstraint, .banAlterDomainWithAddConstraint: "put the check on the columns"
        case .banCharField, .preferTextField: "use text, with a check for its length"
        case .preferBigintOverInt, .preferBigintOverSmallint: "use bigint where the numbers may grow"
        case .preferIdentity: "use bigint generated always as identity"
        case .preferTimestampTZ: "use timestamptz"
        case .requireEnumValueOrdering: "say before or after which value"
        case .wholeTableChange: "change the rows in pieces, each committed"
        }
    }

    /// What older binaries break at; none is at work unless the file says that it works with one.
    var breaksOlderBinaries: Bool {
        [
            .renamingColumn, .renamingTable, .banDropColumn, .banDropTable, .banDropNotNull, .banDropView,
            .banDropFunction,
            .banDropType, .banDropDomain, .banDropSchema, .banDropSequence, .banDropConstraint, .banDropDefault,
            .banSetSchema,
            .banAlterIdentity, .renamingObject,
        ].contains(self)
    }

    fileprivate var isAdvice: Bool {
        [
            .banCreateDomainWithConstraint, .banAlterDomainWithAddConstraint, .banCharField, .preferBigintOverInt,
            .preferBigintOverSmallint, .preferIdentity, .preferTextField, .preferTimestampTZ, .requireEnumValueOrdering,
            .wholeTableChange,
        ].contains(self)
    }
}

/// A place where a rule strikes.
package struct LintFinding: Sendable, Equatable {
    package let file: String
    /// In the file, from 1.
    package let line: Int
    package let rule: LintRule
    /// The statement, cut to 80 characters.
    package let statement: String
    /// Whether `up` refuses it.
    package let isError: Bool
    /// The reason that the file gives for doing it all the same: `-- catalog: allow RULE: why`.
    package let allowed: String?

    init(_ rule: LintRule, _ statement: SQLStatement, in migration: Migration, script: MigrationScript) {
        file = script.fileName
        line = statement.line
        self.rule = rule
        self.statement = statement.excerpt
        allowed = script.directives.allowed[rule.rawValue]
        let endangersNobody = rule.breaksOlderBinaries && migration.worksWith == migration.version
        isError = !rule.isAdvice && !endangersNobody && allowed == nil
    }
}

extension LintFinding: CustomStringConvertible {
    /// The facts and the remedy, in one line.
    package var description: String {
        let severity = isError ? "error" : allowed == nil ? "advice" : "allowed"
        return "\(file):\(line): \(severity): \(rule.rawValue) in '\(statement)': \(allowed ?? rule.remedy)"
    }
}
