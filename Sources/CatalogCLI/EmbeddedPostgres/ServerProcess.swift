import Glibc

/// What `postmaster.pid` says (PostgreSQL source, `pidfile.h`: one value a line).
struct PostmasterFile: Equatable {
    let pid: pid_t
    /// Whether the server accepts connections.
    let isReady: Bool

    init?(_ path: String) {
        guard let lines = readText(path)?.split(separator: "\n", omittingEmptySubsequences: false),
            let pid = lines.first.flatMap({ pid_t($0) }), pid > 1
        else { return nil }
        self.pid = pid
        isReady = lines.count > 7 && lines[7].hasPrefix("ready")
    }
}

/// The running processes of one data directory, as /proc shows them.
///
/// A number in a pid file proves nothing: after a crash or a reboot it may belong to another program. Every process of a
/// server has the data directory as its current directory; a killed one that nobody has waited for yet has none.
enum ServerProcess {
    static func isRunning(_ pid: pid_t, in data: String) -> Bool {
        // "postgres" also for backends, which rename their command line but not this.
        guard readText("/proc/\(pid)/comm")?.hasPrefix("postgres") == true else { return false }
        let directory = Path.link("/proc/\(pid)/cwd")
        return directory == data || directory == data + " (deleted)"
    }

    static func all(in data: String) -> [pid_t] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var found: [pid_t] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name.0) { String(cString: $0) }
            if let pid = pid_t(name), isRunning(pid, in: data) { found.append(pid) }
        }
        return found
    }

    /// Waits until no process of the data directory is left, at most so many seconds; blocks.
    static func waitForEnd(in data: String, seconds: Int) -> Bool {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while !all(in: data).isEmpty {
            guard .now < deadline else { return false }
            usleep(20_000)
        }
        return true
    }
}
