import Glibc

/// Why the private PostgreSQL cannot be used.
enum EmbeddedPostgresError: Error, Equatable {
    case notInstalled
    case otherVersion(data: String, needed: Int, installed: [Int])
    case noUserForRoot
    case foreignFiles(path: String, owner: String, user: String)
    case notACluster(path: String)
    case unsafeSocketDirectory(path: String)
    case initdb(output: String)
    case didNotStart(log: String, lastLines: String)
    case didNotStop(pids: [pid_t])
    case system(action: String, path: String, code: Int32)
}

extension EmbeddedPostgresError: CustomStringConvertible {
    var description: String {
        switch self {
        case .notInstalled:
            "no PostgreSQL server \(PostgresBinaries.minimumVersion) or newer is installed: run: apt-get install postgresql "
                + "(or name a server in CATALOG_DATABASE_URL)"
        case .otherVersion(let data, let needed, let installed):
            "'\(data)' was made by PostgreSQL \(needed), but installed is \(installed.map(String.init).joined(separator: ", ")): "
                + "run: apt-get install postgresql-\(needed), or move that directory away to start with an empty database"
        case .noUserForRoot:
            "PostgreSQL refuses to run as root and there is no user 'postgres': run: apt-get install postgresql, "
                + "or run catalog as an ordinary user"
        case .foreignFiles(let path, let owner, let user):
            "'\(path)' belongs to \(owner), but the database would run as \(user): use another directory, or run: "
                + "chown -R \(user) '\(path)/'"
        case .notACluster(let path):
            "'\(path)' is not a PostgreSQL data directory and is not empty: move it away"
        case .unsafeSocketDirectory(let path):
            "'\(path)' is not a private directory of the database's user: somebody else made it; remove it and try again"
        case .initdb(let output):
            "cannot create the database cluster: \(output)"
        case .didNotStart(let log, let lastLines):
            "the database server did not start: \(lastLines) (more in '\(log)')"
        case .didNotStop(let pids):
            "the database server (process \(pids.map(String.init).joined(separator: ", "))) does not stop: see its log, or end it with kill"
        case .system(let action, let path, let code):
            "cannot \(action) '\(path)': \(String(cString: strerror(code)))\(Self.remedy(path: path, code: code))"
        }
    }

    private static func remedy(path: String, code: Int32) -> String {
        guard code == EACCES || code == EPERM else { return "" }
        let owner = FileInfo(path) ?? FileInfo(Path.parent(path))
        return owner.map {
            " (it belongs to \(ClusterUser.name($0.uid)): run catalog as that user or in a directory of your own)"
        } ?? ""
    }
}
