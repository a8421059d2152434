import Postgres

/// What a migrated database consists of: tables, columns, constraints, indexes, functions, triggers, policies, owners, grants and roles, each
/// with its definition.
///
/// `sql/migrations/fingerprint.tsv` is the one of the newest migration, compiled into the binary: a database is compared with it
/// without a second database to migrate, which few may create beside their RDS. A test proves that it is what the migrations make.
package struct SchemaFingerprint: Sendable, Equatable {
    struct Object: Hashable, Sendable {
        let kind: String
        /// With the schema, quoted where SQL wants it.
        let name: String
    }

    static let fileName = "fingerprint.tsv"

    let definitions: [Object: String]
    /// SHA-256 of the migrations that made it; nil if its file does not say.
    var madeBy: String?

    /// Lines of kind, name and definition, separated by tabs; the first says which migrations made it.
    init(text: String) {
        let lines = text.split(whereSeparator: \.isNewline).map { line in
            line.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        }
        madeBy = lines.first { $0.count == 2 && $0[0] == Self.madeByKind }?[1]
        definitions = Dictionary(
            lines.filter { $0.count == 3 }.map { (Object(kind: $0[0], name: $0[1]), $0[2]) }, uniquingKeysWith: { $1 })
    }

    private init(_ definitions: [Object: String]) {
        self.definitions = definitions
    }

    /// As the file has it: sorted, so that two branches that add objects merge.
    package var text: String {
        (madeBy.map { "\(Self.madeByKind)\t\($0)\n" } ?? "")
            + definitions.map { "\($0.key.kind)\t\($0.key.name)\t\($0.value)\n" }.sorted().joined()
    }

    private static let madeByKind = "migrations"

    /// Names that need no quotes.
    var schemas: [String] { names(of: "schema") }
    var roles: [String] { names(of: "role") }

    /// Roles that something belongs to.
    var owners: [String] { Set(definitions.filter { $0.key.kind.hasPrefix("owner of ") }.values).sorted() }

    private func names(of kind: String) -> [String] {
        definitions.keys.filter { $0.kind == kind }.map(\.name).sorted()
    }

    /// Of a database as it is.
    /// - Parameters:
    ///   - schemas: nil for all that are not PostgreSQL's own.
    ///   - roles: nil for all that cannot log in. What other roles were granted is not looked at.
    static func read(_ session: Session, schemas: [String]? = nil, roles: [String]? = nil) throws -> SchemaFingerprint {
        _ = try session.query(SchemaFingerprintQueries.nameEverything)
        let schemas = try schemas ?? session.query(SchemaFingerprintQueries.schemas).map { try $0.get("name") }
        let roles = try roles ?? session.query(SchemaFingerprintQueries.roles).map { try $0.get("name") }
        let rows = try SchemaObjectQueries.all(schemas: schemas, roles: roles).flatMap { try session.query($0) }
        return SchemaFingerprint(
            Dictionary(
                try rows.map { (Object(kind: try $0.get("kind"), name: try $0.get("name")), try $0.get("definition")) },
                uniquingKeysWith: { $1 }))
    }

    /// What a database has otherwise, the most telling first. Of something that is missing or too much the parts are not told as well.
    func differences(in found: SchemaFingerprint) -> [SchemaDifference] {
        let missing = definitions.keys.filter { found.definitions[$0] == nil }
        let unexpected = found.definitions.keys.filter { definitions[$0] == nil }
        let whole = SchemaParts(missing + unexpected)
        let changed = definitions.compactMap { object, expected in
            found.definitions[object].flatMap { actual in
                actual == expected ? nil : SchemaDifference(object, expected: expected, found: actual)
            }
        }
        return
            (missing.filter { !whole.covers($0) }.map { SchemaDifference($0, expected: definitions[$0], found: nil) }
            + unexpected.filter { !whole.covers($0) }
            .map { SchemaDifference($0, expected: nil, found: found.definitions[$0]) } + changed)
            .sorted { ($0.object.kind, $0.object.name) < ($1.object.kind, $1.object.name) }
    }
}

/// Schemas, tables, functions and roles whose columns, grants and the like need no word of their own.
private struct SchemaParts {
    private let wholes: Set<String>
    private let roles: Set<String>

    init(_ objects: [SchemaFingerprint.Object]) {
        let kinds: Set = ["schema", "table", "view", "materialized view", "sequence", "function"]
        wholes = Set(objects.filter { kinds.contains($0.kind) }.map(\.name))
        roles = Set(objects.filter { $0.kind == "role" }.map(\.name))
    }

    func covers(_ object: SchemaFingerprint.Object) -> Bool {
        if object.kind == "member of" {
            return object.name.split(separator: " ").contains { roles.contains(String($0)) }
        }
        if object.kind.hasPrefix("owner of") || object.kind.hasPrefix("grants on") || object.kind == "row security",
            wholes.contains(object.name)
        {
            return true
        }
        // Each name that the object's own begins with: `catalog`, `catalog.products` of `catalog.products.price`.
        return object.name.indices.contains { index in
            object.name[index] == "." && wholes.contains(String(object.name[..<index]))
        }
    }
}

/// Something that a database has, has not, or has otherwise than its migrations make it.
package struct SchemaDifference: Sendable, Equatable {
    let object: SchemaFingerprint.Object
    /// Nil when it should not be there.
    let expected: String?
    /// Nil when it is missing.
    let found: String?

    init(_ object: SchemaFingerprint.Object, expected: String?, found: String?) {
        self.object = object
        self.expected = expected
        self.found = found
    }
}
