package import Foundation

extension MigrationSet {
    /// Makes an empty pair of files with the next number: `NNNN_name.sql` and `NNNN_name.down.sql`.
    ///
    /// - Returns: the new files, up first.
    /// - Throws: ``MigrationError/badNewName(_:)``, ``MigrationFileError`` of the files already there, or the file system's error.
    package static func newFile(named name: String, in folder: URL) throws -> [URL] {
        let next = try MigrationSet(folder: folder).newestVersion + 1
        let label = MigrationFileName.label(version: next, name: name)
        guard MigrationFileName("\(label).sql")?.name == name else { throw MigrationError.badNewName(name) }
        let texts = [
            ("\(label).sql", "-- What this is for.\nset local role catalog_owner;\n"),
            ("\(label).down.sql", "set local role catalog_owner;\n"),
        ]
        return try texts.map { fileName, text in
            let url = folder.appending(path: fileName)
            try Data(text.utf8).write(to: url, options: .withoutOverwriting)
            return url
        }
    }
}
