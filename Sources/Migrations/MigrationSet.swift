import Foundation

/// All migrations in order of their versions, which run 1, 2, 3 … without gaps.
public struct MigrationSet: Sendable, Equatable {
    /// Ascending by version.
    public let migrations: [Migration]
    /// `B_<name>.sql`: run before every `up`, in order of their names, in a transaction each. They write only what is missing.
    public let preparations: [MigrationScript]

    /// `R_<name>.sql`, by name.
    public let repeatables: [RepeatableMigration]
    /// What a database of the newest version consists of; nil where nobody has written it down.
    public let fingerprint: SchemaFingerprint?
    /// The role that the tool's own tables shall belong to, so that each of its members may migrate; nil for whoever comes first.
    public let owner: String?

    /// Files before this version are not looked at for dangerous statements: they were released before anybody did.
    public let lintsFrom: Int

    /// The version a fully migrated database has; 0 when there are no files.
    public var newestVersion: Int { migrations.last?.version ?? 0 }

    /// The files of `sql/migrations`, compiled into this binary.
    ///
    /// - Throws: ``MigrationFileError``; a test proves that the files in the repository cause none.
    public static func bundled() throws -> MigrationSet {
        try MigrationSet(files: EmbeddedMigrations.files, owner: "catalog_owner", lintsFrom: 14)
    }

    /// The `.sql` files of a folder, and its fingerprint; other files are ignored.
    ///
    /// - Parameter placeholders: values for `${name}` in the files.
    /// - Throws: ``MigrationFileError``, or the file system's error.
    public init(folder: URL, placeholders: [String: String] = [:]) throws {
        let urls = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "sql" || $0.lastPathComponent == SchemaFingerprint.fileName }
        try self.init(
            files: urls.map { url in
                guard let sql = String(bytes: try Data(contentsOf: url), encoding: .utf8) else {
                    throw MigrationFileError.notUTF8(file: url.lastPathComponent)
                }
                return (url.lastPathComponent, sql)
            }, placeholders: placeholders)
    }

    /// File names and their texts, in any order.
    ///
    /// - Throws: ``MigrationFileError``: a bad name, a duplicate or a gap among the versions, a down file without its up file, and
    ///   what ``MigrationScript`` refuses.
    public init(
        files: [(name: String, sql: String)], owner: String? = nil, lintsFrom: Int = 1,
        placeholders: [String: String] = [:]
    ) throws {
        self.owner = owner
        self.lintsFrom = lintsFrom
        fingerprint = files.first { $0.name == SchemaFingerprint.fileName }.map { SchemaFingerprint(text: $0.sql) }
        let files = files.filter { $0.name != SchemaFingerprint.fileName }
        var ups: [(name: MigrationFileName, script: MigrationScript)] = []
        var downs: [String: MigrationScript] = [:]
        var preparations: [MigrationScript] = []
        var repeatables: [RepeatableMigration] = []
        for file in files.sorted(by: { $0.name < $1.name }) {
            if MigrationFileName.isPreparation(file.name) {
                preparations.append(try Self.preparation(fileName: file.name, sql: file.sql, placeholders))
                continue
            }
            if MigrationFileName.isRepeatable(file.name) {
                repeatables.append(
                    try RepeatableMigration(
                        MigrationScript(fileName: file.name, sql: file.sql, placeholders: placeholders)))
                continue
            }
            guard let name = MigrationFileName(file.name) else { throw MigrationFileError.badName(file: file.name) }
            let script = try MigrationScript(fileName: file.name, sql: file.sql, placeholders: placeholders)
            if name.isDown {
                downs[MigrationFileName.label(version: name.version, name: name.name)] = script
            } else {
                ups.append((name, script))
            }
        }
        self.preparations = preparations
        self.repeatables = repeatables
        try Self.checkVersions(ups.map { ($0.name.version, $0.script.fileName) })
        migrations = try ups.map { up in
            let label = MigrationFileName.label(version: up.name.version, name: up.name.name)
            return try Migration(
                version: up.name.version, name: up.name.name, up: up.script, down: downs.removeValue(forKey: label))
        }
        if let orphan = downs.values.map(\.fileName).min() { throw MigrationFileError.downWithoutUp(file: orphan) }
    }

    private static func preparation(
        fileName: String, sql: String, _ placeholders: [String: String]
    ) throws -> MigrationScript {
        let script = try MigrationScript(fileName: fileName, sql: sql, placeholders: placeholders)
        guard script.isTransactional else { throw MigrationFileError.needsTransaction(file: fileName) }
        return script
    }

    private static func checkVersions(_ files: [(version: Int, name: String)]) throws {
        var expected = 1
        for (index, file) in files.enumerated() {
            if index > 0, file.version == files[index - 1].version {
                throw MigrationFileError.duplicate(version: file.version, files: [files[index - 1].name, file.name])
            }
            guard file.version == expected else { throw MigrationFileError.gap(file: file.name, expected: expected) }
            expected += 1
        }
    }

    subscript(version: Int) -> Migration? {
        migrations.indices.contains(version - 1) ? migrations[version - 1] : nil
    }
}
