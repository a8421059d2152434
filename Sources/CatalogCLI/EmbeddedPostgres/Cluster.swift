import Glibc

/// Creates, starts and stops the cluster of a layout. Every method blocks; `start` and `stop` want the file lock.
struct Cluster {
    private let layout: ClusterLayout

    init(_ base: String) throws {
        layout = try ClusterLayout(base: base)
    }

    func status() throws -> EmbeddedPostgres.Status {
        guard layout.version != nil else { return .notCreated }
        guard let conninfo = try runningConninfo(), let pid = PostmasterFile(layout.pidFile)?.pid else { return .stopped }
        return .running(pid: pid, conninfo: conninfo)
    }

    /// Nil unless the server accepts connections.
    func runningConninfo() throws -> String? {
        guard let file = PostmasterFile(layout.pidFile), file.isReady, ServerProcess.isRunning(file.pid, in: layout.data),
            FileInfo(layout.socket) != nil
        else { return nil }
        return layout.conninfo
    }

    func start() throws -> String {
        if let conninfo = try runningConninfo() { return conninfo }
        let binaries = try PostgresBinaries.find(for: layout.data, version: layout.version)
        // A server may still be there: without its socket (a cleaned /tmp), without its files (a removed directory), or as
        // the last processes of one that was killed. None of them can be used.
        try stop()
        if layout.version == nil { try ClusterMaker(layout: layout, binaries: binaries).make() }
        try makeSocketDirectory()
        removeStalePidFile()
        try launch(binaries)
        return layout.conninfo
    }

    func stop() throws {
        let data = layout.data
        guard !ServerProcess.all(in: data).isEmpty else { return }
        if let pid = PostmasterFile(layout.pidFile)?.pid, ServerProcess.isRunning(pid, in: data) {
            kill(pid, SIGINT)  // fast shutdown: ends the sessions and writes a checkpoint
            if ServerProcess.waitForEnd(in: data, seconds: 60) { return }
        } else if ServerProcess.waitForEnd(in: data, seconds: 2) {
            return
        }
        // Without postmaster or files there is nothing to save beyond what the log of the database has already.
        for pid in ServerProcess.all(in: data) { kill(pid, SIGQUIT) }
        guard ServerProcess.waitForEnd(in: data, seconds: 10) else {
            throw EmbeddedPostgresError.didNotStop(pids: ServerProcess.all(in: data))
        }
    }

    /// In /tmp anybody may have made a directory of that name first, to offer a server of his own.
    private func makeSocketDirectory() throws {
        let path = layout.socketDirectory
        if mkdir(path, 0o700) == 0 { return try layout.user.adopt(path) }
        guard let info = FileInfo(path, followingLinks: false), info.isDirectory, info.uid == layout.user.uid,
            info.mode & 0o077 == 0
        else { throw EmbeddedPostgresError.unsafeSocketDirectory(path: path) }
    }

    /// PostgreSQL takes any live process with the recorded number for a running server. None of them is ours: see `start`.
    private func removeStalePidFile() {
        guard let file = PostmasterFile(layout.pidFile), kill(file.pid, 0) == 0 || errno == EPERM else { return }
        unlink(layout.pidFile)
        unlink(layout.socket + ".lock")
    }

    private func launch(_ binaries: PostgresBinaries) throws {
        let log = try systemCall("open", layout.log) {
            open(layout.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        }
        defer { close(log) }
        let deadline = ContinuousClock.now + .seconds(15)
        while true {
            let logStart = lseek(log, 0, SEEK_END)
            let server = try ChildProcess.daemon(
                layout.user.prefix + [binaries.postgres, "-D", layout.data] + layout.serverOptions,
                environment: ClusterMaker.environment, output: log)
            if waitUntilReady(server) { return }
            let output = logTail(from: Int(logStart))
            // The last processes of a killed server need a moment to notice.
            guard output.contains("shared memory block"), .now < deadline else {
                throw EmbeddedPostgresError.didNotStart(log: layout.log, lastLines: output)
            }
            usleep(200_000)
        }
    }

    /// False when the server has ended. Recovery after a crash may take long and is waited for.
    private func waitUntilReady(_ server: ChildProcess) -> Bool {
        while server.exitStatus() == nil {
            if let file = PostmasterFile(layout.pidFile), file.pid == server.pid, file.isReady { return true }
            usleep(10_000)
        }
        return false
    }

    private func logTail(from offset: Int) -> String {
        let bytes = (readText(layout.log) ?? "").utf8.dropFirst(offset)
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").suffix(3).joined(separator: " | ")
    }
}
