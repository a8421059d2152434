package import Foundation
import OpenSSL

/// All migrations in order of their versions, which run 1, 2, 3 … without gaps.
package struct MigrationSet: Sendable, Equatable {
    /// Ascending by version.
    package let migrations: [Migration]
    /// `B_<name>.sql`: run before every `up`, in order of their names, in a transaction each. They write only what is missing.
    package let preparations: [MigrationScript]

    /// `R_<name>.sql`, by name.
    package let repeatables: [RepeatableMigration]
    /// What a database of the newest version consists of; nil where nobody has written it down, or not since a file was changed or added.
    package var fingerprint: SchemaFingerprint? {
        fingerprintText.map(SchemaFingerprint.init(text:)).flatMap {
            $0.madeBy == nil || $0.madeBy == digest ? $0 : nil
        }
    }
    /// Read when somebody wants it: every command looks at the files, and few at this one.
    private let fingerprintText: String?
    /// The role that the tool's own tables shall belong to, so that each of its members may migrate; nil for whoever comes first.
    package let owner: String?

    /// Files before this version are not looked at for dangerous statements: they were released before anybody did.
    package let lintsFrom: Int

    /// The version a fully migrated database has; 0 when there are no files.
    package var newestVersion: Int { migrations.last?.version ?? 0 }

    /// The files of `sql/migrations`, compiled into this binary.
    ///
    /// - Throws: ``MigrationFileError``; a test proves that the files in the repository cause none.
    package static func bundled() throws -> MigrationSet {
        try MigrationSet(files: EmbeddedMigrations.files, owner: "catalog_owner", lintsFrom: 14, areChecked: true)
    }

    /// The `.sql` files of a folder, and its fingerprint; other files are ignored.
    ///
    /// - Parameter placeholders: values for `${name}` in the files.
    /// - Throws: ``MigrationFileError``, or the file system's error.
    package init(folder: URL, placeholders: [String: String] = [:]) throws {
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
    package init(
        files: [(name: String, sql: String)], owner: String? = nil, lintsFrom: Int = 1,
        placeholders: [String: String] = [:], areChecked: Bool = false
    ) throws {
        self.owner = owner
        self.lintsFrom = lintsFrom
        fingerprintText = files.first { $0.name == SchemaFingerprint.fileName }?.sql
        var sorted = SortedScripts()
        for file in files.sorted(by: { $0.name < $1.name }) where file.name != SchemaFingerprint.fileName {
            try sorted.add(file.name, file.sql, placeholders, areChecked)
        }
        preparations = sorted.preparations
        repeatables = sorted.repeatables
        migrations = try sorted.migrations()
    }

    /// SHA-256 of all that makes the schema.
    var digest: String {
        SHA256.hash(Array((migrations.map(\.checksum) + repeatables.map(\.checksums.recorded)).joined().utf8)).hex
    }

    subscript(version: Int) -> Migration? {
        migrations.indices.contains(version - 1) ? migrations[version - 1] : nil
    }
}

/// Files by what their names say they are.
private struct SortedScripts {
    private enum Role {
        case preparation, repeatable
        case up(MigrationFileName), down(MigrationFileName)

        init(_ fileName: String) throws {
            if MigrationFileName.isPreparation(fileName) {
                self = .preparation
            } else if MigrationFileName.isRepeatable(fileName) {
                self = .repeatable
            } else {
                guard let name = MigrationFileName(fileName) else { throw MigrationFileError.badName(file: fileName) }
                self = name.isDown ? .down(name) : .up(name)
            }
        }
    }

    private(set) var preparations: [MigrationScript] = []
    private(set) var repeatables: [RepeatableMigration] = []
    private var ups: [(name: MigrationFileName, script: MigrationScript)] = []
    /// By version and name.
    private var downs: [String: MigrationScript] = [:]

    /// Files come in the order of their names.
    mutating func add(
        _ fileName: String, _ sql: String, _ placeholders: [String: String], _ isChecked: Bool
    ) throws {
        let role = try Role(fileName)
        let script = try MigrationScript(
            fileName: fileName, sql: sql, placeholders: placeholders, isChecked: isChecked)
        switch role {
        case .preparation:
            guard script.isTransactional else { throw MigrationFileError.needsTransaction(file: fileName) }
            preparations.append(script)
        case .repeatable: repeatables.append(try RepeatableMigration(script))
        case .down(let name): downs[Self.label(name)] = script
        case .up(let name): ups.append((name, script))
        }
    }

    /// Pairs what goes up with what goes down.
    func migrations() throws -> [Migration] {
        try checkVersions()
        var downs = downs
        let migrations = try ups.map { up in
            try Migration(
                version: up.name.version, name: up.name.name, up: up.script,
                down: downs.removeValue(forKey: Self.label(up.name)))
        }
        if let orphan = downs.values.map(\.fileName).min() { throw MigrationFileError.downWithoutUp(file: orphan) }
        return migrations
    }

    private func checkVersions() throws {
        var last: (version: Int, file: String) = (0, "")
        for up in ups {
            let (version, file) = (up.name.version, up.script.fileName)
            if version == last.version, !last.file.isEmpty {
                throw MigrationFileError.duplicate(version: version, files: [last.file, file])
            }
            guard version == last.version + 1 else {
                throw MigrationFileError.gap(file: file, expected: last.version + 1)
            }
            last = (version, file)
        }
    }

    private static func label(_ name: MigrationFileName) -> String {
        MigrationFileName.label(version: name.version, name: name.name)
    }
}
