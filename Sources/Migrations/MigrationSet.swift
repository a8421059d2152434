import Foundation
import OpenSSL

/// All migrations in order of their versions, which run 1, 2, 3 … without gaps.
public struct MigrationSet: Sendable, Equatable {
    /// Ascending by version.
    public let migrations: [Migration]
    /// `B_<name>.sql`: run before every `up`, in order of their names, in a transaction each. They write only what is missing.
    public let preparations: [MigrationScript]

    /// The version a fully migrated database has; 0 when there are no files.
    public var newestVersion: Int { migrations.last?.version ?? 0 }

    /// The files of `sql/migrations`, compiled into this binary.
    ///
    /// - Throws: ``MigrationFileError``; a test proves that the files in the repository cause none.
    public static func bundled() throws -> MigrationSet {
        try MigrationSet(files: EmbeddedMigrations.files)
    }

    /// The `.sql` files of a folder; other files are ignored.
    ///
    /// - Throws: ``MigrationFileError``, or the file system's error.
    public init(folder: URL) throws {
        let urls = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "sql" }
        try self.init(
            files: urls.map { url in
                guard let sql = String(bytes: try Data(contentsOf: url), encoding: .utf8) else {
                    throw MigrationFileError.notUTF8(file: url.lastPathComponent)
                }
                return (url.lastPathComponent, sql)
            })
    }

    /// File names and their texts, in any order.
    ///
    /// - Throws: ``MigrationFileError``: a bad name, a duplicate or a gap among the versions, a down file without its up file, and
    ///   what ``MigrationScript`` refuses.
    public init(files: [(name: String, sql: String)]) throws {
        var ups: [(name: MigrationFileName, script: MigrationScript)] = []
        var downs: [String: MigrationScript] = [:]
        var preparations: [MigrationScript] = []
        for file in files.sorted(by: { $0.name < $1.name }) {
            if MigrationFileName.isPreparation(file.name) {
                preparations.append(try Self.preparation(fileName: file.name, sql: file.sql))
                continue
            }
            guard let name = MigrationFileName(file.name) else { throw MigrationFileError.badName(file: file.name) }
            let script = try MigrationScript(fileName: file.name, sql: file.sql)
            if name.isDown {
                downs[MigrationFileName.label(version: name.version, name: name.name)] = script
            } else {
                ups.append((name, script))
            }
        }
        self.preparations = preparations
        try Self.checkVersions(ups.map { ($0.name.version, $0.script.fileName) })
        migrations = ups.map { up in
            let label = MigrationFileName.label(version: up.name.version, name: up.name.name)
            return Migration(
                version: up.name.version, name: up.name.name, up: up.script, down: downs.removeValue(forKey: label),
                checksum: SHA256.hash(Array(up.script.sql.utf8)).hex)
        }
        if let orphan = downs.values.map(\.fileName).min() { throw MigrationFileError.downWithoutUp(file: orphan) }
    }

    private static func preparation(fileName: String, sql: String) throws -> MigrationScript {
        let script = try MigrationScript(fileName: fileName, sql: sql)
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
