import ArgumentParser
import Foundation
import Migrations

/// Which migrations a command speaks of: those of this binary, or those of a folder.
struct MigrateSource: ParsableArguments {
    @Option(help: "Take the files of this folder instead of those in the binary: for databases of other applications.")
    var directory: String?

    @Option(
        name: .customLong("set"),
        help: "NAME=VALUE for ${NAME} in the files of --directory; may be repeated.")
    var values: [String] = []

    func validate() throws {
        guard directory != nil || values.isEmpty else { throw ValidationError("--set is for the files of --directory") }
        _ = try placeholders()
    }

    func files() throws -> MigrationSet {
        guard let directory else { return try .bundled() }
        let folder = URL(fileURLWithPath: directory)
        guard (try? folder.checkResourceIsReachable()) == true else {
            throw CommandFailure("cannot read '\(directory)': there is no such folder; check the path")
        }
        return try MigrationSet(folder: folder, placeholders: try placeholders())
    }

    /// - Parameter report: told of every step.
    func migrator(report: @escaping @Sendable (MigrationEvent) -> Void = { _ in }) async throws -> Migrator {
        let composition = try Composition()
        return try composition.migrator(try await composition.database.conninfo(), files: try files(), report: report)
    }

    private func placeholders() throws -> [String: String] {
        try values.reduce(into: [:]) { result, text in
            guard let equals = text.firstIndex(of: "=") else {
                throw ValidationError("'\(text)' is not NAME=VALUE")
            }
            result[String(text[..<equals])] = String(text[text.index(after: equals)...])
        }
    }
}

/// Prints what a migrator tells, as sentences or as one JSON object each.
enum MigrateProgress {
    static func printer(json: Bool) -> @Sendable (MigrationEvent) -> Void {
        { event in
            if !json { print("\(event)") }
        }
    }
}
