import Catalog
import Foundation
import Ingest
import Storage

/// A mapping as a file of JSON.
enum MappingFile {
    /// For `--map`.
    /// - Parameter mode: of the files it is for; they must have the columns of that mode.
    static func read(_ path: String, for mode: UploadMode = .create) throws -> ColumnMapping {
        let mapping = try parse(path).mapping
        try mapping.check(mode)
        return mapping
    }

    /// - Throws: `CommandFailure`, `LocalFileError`, `ColumnMappingError`.
    static func parse(_ path: String) throws -> (json: String, mapping: ColumnMapping) {
        let source = try LocalFile(path: path)
        guard source.byteCount ?? 0 < 1 << 20, let json = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("cannot read the mapping '\(path)': it is larger than 1 MB")
        }
        return (String(decoding: json, as: UTF8.self), try ColumnMapping(json: json))
    }
}
