import Glibc

/// What a lock file of PostgreSQL says: `postmaster.pid` or the socket's `.lock` (source: `pidfile.h`, one value a line).
struct PostmasterFile: Equatable {
    let pid: pid_t
    /// `starting`, `ready` or `stopping`; only `postmaster.pid` has it.
    let state: String

    init?(_ path: String) {
        guard let lines = readText(path)?.split(separator: "\n", omittingEmptySubsequences: false),
            let pid = lines.first.flatMap({ pid_t($0) }), pid > 1
        else { return nil }
        self.pid = pid
        state = lines.count > 7 ? String(lines[7].prefix { $0 != " " }) : ""
    }
}

/// The running processes of one server, as /proc shows them.
///
/// A number in a pid file proves nothing: after a crash or a reboot it may belong to another program. The server's
/// `cluster_name` does: it is an argument of the postmaster and part of its children's titles. (Their current directory would be
/// proof too, but root in a container may not look at that of another user's process.)
struct ServerProcesses {
    let clusterName: String
    let user: ClusterUser

    func isRunning(_ pid: pid_t) -> Bool {
        // A killed process that nobody has waited for yet has an empty command line.
        guard FileInfo("/proc/\(pid)")?.uid == user.uid, readText("/proc/\(pid)/comm") == "postgres\n",
            let commandLine = readText("/proc/\(pid)/cmdline")
        else { return false }
        return commandLine.hasPrefix("postgres: \(clusterName): ")
            || commandLine.split(separator: "\0").contains("cluster_name=\(clusterName)")
    }

    func all() -> [pid_t] {
        directoryEntries("/proc").compactMap { pid_t($0) }.filter(isRunning)
    }

    /// Waits until no process is left, at most so many seconds; blocks.
    func waitForEnd(seconds: Int) -> Bool {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while !all().isEmpty {
            guard .now < deadline else { return false }
            usleep(20_000)
        }
        return true
    }
}
