import Foundation
import Ingest

/// The environment, read once: `CATALOG_*` as documented in the README.
struct Settings: Sendable {
    /// libpq URI or conninfo; nil for the embedded database.
    var databaseURL: String?
    /// Folder of the embedded database, of local objects and of local mail.
    var base: URL
    var objects: URL
    var mail: URL
    var limits = UploadLimits()

    init(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        directory: String = FileManager.default.currentDirectoryPath
    ) throws {
        base = URL(fileURLWithPath: directory).appendingPathComponent(".catalog")
        databaseURL = environment["CATALOG_DATABASE_URL"].flatMap { $0.isEmpty ? nil : $0 }
        objects = try Self.folder("CATALOG_STORE", environment, default: base.appendingPathComponent("objects"))
        mail = try Self.folder("CATALOG_NOTIFY", environment, default: base.appendingPathComponent("mail"))
        if let bytes = try Self.positive("CATALOG_MAX_FILE_BYTES", environment) { limits.maximumFileBytes = bytes }
        if let rows = try Self.positive("CATALOG_MAX_ROWS", environment) { limits.maximumRows = rows }
    }

    private static func folder(_ name: String, _ environment: [String: String], default folder: URL) throws -> URL {
        guard let value = environment[name], !value.isEmpty else { return folder }
        guard value.hasPrefix("file:"), value.utf8.count > 5 else {
            throw SettingsError(
                name: name, value: value, remedy: "expected file:DIRECTORY, for example file:/var/lib/catalog")
        }
        return URL(fileURLWithPath: String(value.dropFirst("file:".count)))
    }

    private static func positive(_ name: String, _ environment: [String: String]) throws -> Int? {
        guard let value = environment[name], !value.isEmpty else { return nil }
        // Row numbers are 32-bit integers in the database.
        guard let number = Int(value), number > 0, name != "CATALOG_MAX_ROWS" || number <= Int32.max / 2 else {
            throw SettingsError(name: name, value: value, remedy: "expected a whole number greater than 0")
        }
        return number
    }
}

/// A value of the environment that cannot be used.
struct SettingsError: Error, CustomStringConvertible {
    var name: String
    var value: String
    var remedy: String

    var description: String { "\(name) is '\(value)': \(remedy)" }
}
