import Postgres

/// What gives back roles, owners, grants and policies that a restored dump has lost or a hand has changed. Tables, columns, constraints and
/// functions are never touched: what they hold is not the migrator's to judge.
struct SchemaRepair: Sendable {
    private let differences: [SchemaDifference]

    init(_ differences: [SchemaDifference]) {
        self.differences = differences
    }

    /// In an order in which each may run: owners from the outside in, then what owners grant.
    var statements: [String] {
        let kinds = ["schema", "table", "partition", "function"].map { "owner of \($0)" }
        let owners = kinds.flatMap { kind in differences.filter { $0.object.kind == kind }.compactMap(owner) }
        return owners + differences.flatMap(grants) + differences.compactMap(rowSecurity) + differences.flatMap(policy)
    }

    private func owner(_ difference: SchemaDifference) -> String? {
        guard let expected = difference.expected, difference.found != nil else { return nil }
        return "alter \(Self.noun(difference.object.kind)) \(difference.object.name) owner to \(expected)"
    }

    private func grants(_ difference: SchemaDifference) -> [String] {
        guard difference.object.kind.hasPrefix("grants on ") else { return [] }
        let wanted = GrantedPrivilege.parse(difference.expected ?? "")
        let present = GrantedPrivilege.parse(difference.found ?? "")
        let target = GrantTarget(difference.object)
        return present.subtracting(wanted).sorted().map(target.revoke)
            + wanted.subtracting(present).sorted().map(target.grant)
    }

    /// Only what protects is given back.
    private func rowSecurity(_ difference: SchemaDifference) -> String? {
        guard difference.object.kind == "row security", let expected = difference.expected else { return nil }
        let force = expected == "forced" ? ", force row level security" : ""
        return "alter table \(difference.object.name) enable row level security\(force)"
    }

    private func policy(_ difference: SchemaDifference) -> [String] {
        guard difference.object.kind == "policy", let expected = difference.expected,
            let dot = difference.object.name.lastIndex(of: ".")
        else { return [] }
        let table = difference.object.name[..<dot]
        let name = difference.object.name[difference.object.name.index(after: dot)...]
        let drop = difference.found == nil ? [] : ["drop policy \(name) on \(table)"]
        return drop + ["create policy \(name) on \(table) \(expected)"]
    }

    fileprivate static func noun(_ kind: String) -> String {
        if kind.hasSuffix("schema") { return "schema" }
        return kind.hasSuffix("function") ? "routine" : "table"
    }
}

/// One privilege of one role.
private struct GrantedPrivilege: Hashable, Comparable {
    let grantee: String
    let privilege: String
    let hasOption: Bool

    static func < (left: GrantedPrivilege, right: GrantedPrivilege) -> Bool {
        (left.grantee, left.privilege) < (right.grantee, right.privilege)
    }

    /// `catalog_app SELECT, UPDATE with grant option; public SELECT`.
    static func parse(_ text: String) -> Set<GrantedPrivilege> {
        Set(
            text.split(separator: "; ").flatMap { part -> [GrantedPrivilege] in
                guard let space = part.firstIndex(of: " ") else { return [] }
                return part[part.index(after: space)...].split(separator: ", ").map { privilege in
                    let option = " with grant option"
                    let name = privilege.hasSuffix(option) ? privilege.dropLast(option.count) : privilege
                    return GrantedPrivilege(
                        grantee: String(part[..<space]), privilege: String(name),
                        hasOption: privilege.hasSuffix(option))
                }
            })
    }
}

private struct GrantTarget {
    private let object: String
    private let column: String?

    init(_ object: SchemaFingerprint.Object) {
        if object.kind == "grants on column", let dot = object.name.lastIndex(of: ".") {
            column = String(object.name[object.name.index(after: dot)...])
            self.object = "table \(object.name[..<dot])"
        } else {
            column = nil
            self.object = "\(SchemaRepair.noun(object.kind)) \(object.name)"
        }
    }

    func grant(_ grant: GrantedPrivilege) -> String {
        "grant \(what(grant)) on \(object) to \(grant.grantee)\(grant.hasOption ? " with grant option" : "")"
    }

    func revoke(_ grant: GrantedPrivilege) -> String { "revoke \(what(grant)) on \(object) from \(grant.grantee)" }

    private func what(_ grant: GrantedPrivilege) -> String { grant.privilege + (column.map { " (\($0))" } ?? "") }
}

extension Migrator {
    /// What the database has otherwise than the newest migration makes it; nil where there is nothing to compare with, because files are
    /// pending, or the database is ahead of them.
    package func differences() async throws -> [SchemaDifference]? {
        try await withConnection { connection in
            try await connection.transaction(.init(isolation: .repeatableRead, isReadOnly: true)) { session in
                try comparable(session).map { expected in try Self.differences(expected, session) }
            }
        }
    }

    /// Of a database as it is, for `sql/migrations/fingerprint.tsv`.
    package func fingerprint() async throws -> SchemaFingerprint {
        try await withConnection { connection in
            var fingerprint = try await connection.transaction(.init(isReadOnly: true)) {
                try SchemaFingerprint.read($0)
            }
            fingerprint.madeBy = files.digest
            return fingerprint
        }
    }

    /// Gives back what an operator would otherwise have to by hand.
    func repair(_ connection: Connection) async throws {
        let repaired = try await lock.transaction(connection) { session -> [String] in
            guard let expected = try comparable(session) else { return [] }
            let statements = SchemaRepair(try Self.differences(expected, session)).statements
            guard !statements.isEmpty else { return [] }
            // Where a role is nobody's, whoever migrates has it for this transaction.
            let foreign = try session.query(SchemaFingerprintQueries.foreign(expected.owners)).map {
                try $0.get("name", as: String.self)
            }
            for role in foreign { try session.execute("grant \(identifier: role) to current_user") }
            for statement in statements { try session.executeScript(statement) }
            for role in foreign { try session.execute("revoke \(identifier: role) from current_user") }
            return statements
        }
        repaired.forEach { report(.repaired($0)) }
    }

    private func comparable(_ session: Session) throws -> SchemaFingerprint? {
        let plan = try Self.plan(session, files)
        return plan.problems.isEmpty && plan.currentVersion == files.newestVersion ? files.fingerprint : nil
    }

    /// Those that do not belong to whom their parent should.
    private static func strayPartitions(
        _ expected: SchemaFingerprint, _ session: Session
    ) throws -> [SchemaDifference] {
        try session.query(SchemaFingerprintQueries.partitions(schemas: expected.schemas)).compactMap { row in
            let parent = SchemaFingerprint.Object(kind: "owner of table", name: try row.get("parent"))
            let found: String = try row.get("owner")
            guard let owner = expected.definitions[parent], found != owner else { return nil }
            let partition = SchemaFingerprint.Object(kind: "owner of partition", name: try row.get("name"))
            return SchemaDifference(partition, expected: owner, found: found)
        }
    }

    private static func differences(
        _ expected: SchemaFingerprint, _ session: Session
    ) throws -> [SchemaDifference] {
        // Names are rendered as `read` sets them, so it comes first.
        let found = try SchemaFingerprint.read(session, schemas: expected.schemas, roles: expected.roles)
        return expected.differences(in: found) + (try strayPartitions(expected, session))
    }
}

extension SchemaDifference: CustomStringConvertible {
    /// The facts and the remedy, in one line.
    package var description: String {
        let what = "\(object.kind) \(object.name)"
        return switch (expected, found) {
        case (let expected?, nil): "\(what) is missing\(expected.isEmpty ? "" : " (\(expected))")"
        case (nil, let found): "\(what) is not of the migrations\(found.map { $0.isEmpty ? "" : " (\($0))" } ?? "")"
        case (let expected?, let found?): "\(what) is '\(found)' instead of '\(expected)'"
        }
    }
}
