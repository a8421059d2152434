import Foundation

/// An installed PostgreSQL server.
struct PostgresBinaries: Equatable {
    static let minimumVersion = 15

    let directory: String
    let version: Int

    var postgres: String { directory + "/postgres" }
    var initdb: String { directory + "/initdb" }

    /// The one in the folder that `CATALOG_POSTGRES_BIN` names; the first usable one on `PATH`, else the newest of the usual places.
    ///
    /// - Parameter version: the major version that an existing data directory needs.
    /// - Throws: ``EmbeddedPostgresError/notInstalled`` or ``EmbeddedPostgresError/otherVersion(data:needed:installed:)``.
    static func find(for data: String, version: Int?) throws -> PostgresBinaries {
        var others: Set<Int> = []
        // One after the other: each is asked for its version, which takes it 15 ms.
        for binaries in places().lazy.flatMap({ $0() }).compactMap(PostgresBinaries.init) {
            if version.map({ binaries.version == $0 }) ?? (binaries.version >= minimumVersion) { return binaries }
            others.insert(binaries.version)
        }
        guard let version, !others.isEmpty else { throw EmbeddedPostgresError.notInstalled }
        throw EmbeddedPostgresError.otherVersion(data: data, needed: version, installed: others.sorted())
    }

    /// Nil when there is no server in that directory.
    private init?(directory: String) {
        self.directory = directory
        guard access(directory + "/postgres", X_OK) == 0, access(directory + "/initdb", X_OK) == 0,
            // A server that cannot tell its version is not a candidate, because it could not be started either.
            let answer = try? ChildProcess.capture([directory + "/postgres", "--version"], environment: []),
            let match = answer.output.firstMatch(of: /\(PostgreSQL\) (\d+)/), let version = Int(match.1)
        else { return nil }
        self.version = version
    }

    /// Folders, those last that are found by running something.
    private static func places() -> [() -> [String]] {
        let environment = ProcessInfo.processInfo.environment
        if let named = environment[Settings.serverProgramsVariable] { return [{ [named] }] }
        let onPath = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        // Debian and the PGDG packages of Red Hat keep the server out of PATH, one folder for each version.
        let packaged = folders(in: "/usr/lib/postgresql").map { "/usr/lib/postgresql/\($0)/bin" }
        let pgdg = folders(in: "/usr").filter { $0.hasPrefix("pgsql-") }.map { "/usr/\($0)/bin" }
        return [{ onPath + packaged + pgdg }, { configured(onPath) }]
    }

    private static func configured(_ path: [String]) -> [String] {
        guard let tool = path.map({ $0 + "/pg_config" }).first(where: { access($0, X_OK) == 0 }),
            // An unusual pg_config only loses one candidate, because the other places were looked at.
            let answer = try? ChildProcess.capture([tool, "--bindir"], environment: [])
        else { return [] }
        return [answer.output.trimmingCharacters(in: .whitespacesAndNewlines)]
    }

    /// Newest version first.
    private static func folders(in directory: String) -> [String] {
        // The folder is missing on other systems, which is not an error because it is only one of the places.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return names.sorted { $0.compare($1, options: .numeric) == .orderedDescending }
    }
}
