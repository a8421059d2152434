import Glibc

/// Where the parts of the private cluster lie.
///
/// `<base>/postgres` is the data directory, or a link to it under `/var/lib/catalog` where the server's user cannot enter `<base>`
/// (root's project in `/root`). The socket has a directory of its own, since its whole path must fit into 107 bytes.
struct ClusterLayout {
    static let database = "catalog"
    static let role = "catalog"
    private static let port = 5432

    let base: String
    let user: ClusterUser
    /// `<base>/postgres`, whether a directory or a link.
    let entry: String
    /// The data directory itself, no link.
    let data: String
    /// The major version of the data directory; nil when there is none yet.
    ///
    /// A relocated data directory whose link is gone counts as none: whoever removed `<base>` meant the database too.
    let version: Int?

    var log: String { base + "/postgres.log" }
    /// Of a cluster in the making, beside the data directory so that it can be renamed.
    var unfinished: String { data + ".new" }
    var isRelocated: Bool { data != entry }
    var pidFile: String { data + "/postmaster.pid" }
    var socketDirectory: String { "/tmp/catalog-\(user.uid)-\(Path.hash(data))" }
    var socket: String { socketDirectory + "/.s.PGSQL.\(Self.port)" }
    var processes: ServerProcesses { ServerProcesses(clusterName: clusterName, user: user) }
    var conninfo: String {
        "host=\(socketDirectory) port=\(Self.port) dbname=\(Self.database) user=\(Self.role)"
    }

    /// Settings that make the server private and recognisable; everything else is PostgreSQL's default.
    var serverOptions: [String] {
        [
            "listen_addresses=", "port=\(Self.port)", "unix_socket_directories=\(socketDirectory)",
            "cluster_name=\(clusterName)", "logging_collector=off",
        ].flatMap { ["-c", $0] }
    }

    private var clusterName: String { "catalog-" + Path.hash(data) }

    /// - Parameter base: an existing directory, absolute and without links.
    init(base: String) throws {
        self.base = base
        entry = base + "/postgres"
        let owner = FileInfo(entry).map { [entry] in (path: entry, uid: $0.uid) }
        user = try ClusterUser.choose(owner: owner)
        if let target = Path.link(entry) {
            data = target
        } else if owner != nil || user.canEnter(base) {
            data = entry
        } else {
            data = "/var/lib/catalog/" + Path.hash(base)
        }
        let text = FileInfo(entry) == nil ? nil : readText(data + "/PG_VERSION")
        version = text.flatMap { Int($0.prefix { $0.isNumber }) }
    }

    static func lock(_ base: String) -> String { base + "/lock" }
}
