import Glibc

/// The operating system's user that owns the cluster's files and runs its server.
struct ClusterUser: Equatable {
    let uid: uid_t
    let gid: gid_t

    private static var isRoot: Bool { geteuid() == 0 }

    /// PostgreSQL refuses to run as root: there it is user `postgres`, or whoever owns the cluster already.
    ///
    /// - Parameter owner: of an existing data directory.
    /// - Throws: ``EmbeddedPostgresError`` when the files belong to somebody else, or root has nobody to run it as.
    static func choose(owner: (path: String, uid: uid_t)?) throws -> ClusterUser {
        if let owner, owner.uid == 0 || !isRoot && owner.uid != geteuid() {
            throw EmbeddedPostgresError.foreignFiles(
                path: owner.path, owner: name(owner.uid), user: isRoot ? "postgres" : name(geteuid()))
        }
        guard isRoot else { return ClusterUser(uid: geteuid(), gid: getegid()) }
        if let owner { return ClusterUser(uid: owner.uid, gid: group(of: owner.uid)) }
        guard let entry = getpwnam("postgres") else { throw EmbeddedPostgresError.noUserForRoot }
        return ClusterUser(uid: entry.pointee.pw_uid, gid: entry.pointee.pw_gid)
    }

    /// What to put before a command so that this user runs it.
    var prefix: [String] {
        guard Self.isRoot else { return [] }
        let groups = getpwuid(uid) == nil ? "--clear-groups" : "--init-groups"
        return ["setpriv", "--reuid=\(uid)", "--regid=\(gid)", groups]
    }

    /// Whether this user may pass through a directory and all above it. Access lists are not looked at.
    func canEnter(_ path: String) -> Bool {
        guard uid != geteuid() else { return true }
        var directory = path
        while true {
            guard let info = FileInfo(directory), mayPass(info) else { return false }
            guard directory != "/" else { return true }
            directory = Path.parent(directory)
        }
    }

    private func mayPass(_ info: FileInfo) -> Bool {
        if info.uid == uid { return info.mode & S_IXUSR != 0 }
        if info.gid == gid { return info.mode & S_IXGRP != 0 }
        return info.mode & S_IXOTH != 0
    }

    /// Gives a file that root has made to this user.
    func adopt(_ path: String) throws {
        guard Self.isRoot else { return }
        try systemCall("chown", path) { chown(path, uid, gid) }
    }

    static func name(_ uid: uid_t) -> String {
        getpwuid(uid).map { String(cString: $0.pointee.pw_name) } ?? "uid \(uid)"
    }

    private static func group(of uid: uid_t) -> gid_t {
        getpwuid(uid).map(\.pointee.pw_gid) ?? gid_t(uid)
    }
}
