import Glibc

/// Creates, starts and stops the cluster of a layout. Every method blocks; `start` and `stop` want the file lock.
struct Cluster {
    private let layout: ClusterLayout

    /// - Parameter base: an existing directory, absolute and without links.
    init(_ base: String) throws {
        layout = try ClusterLayout(base: base)
    }

    func status() -> EmbeddedPostgres.Status {
        guard layout.version != nil else { return .notCreated }
        guard let pid = runningServer(in: ["ready"]) else { return .stopped }
        return .running(pid: pid, conninfo: layout.conninfo)
    }

    /// Nil unless the server accepts connections.
    func runningConninfo() -> String? {
        runningServer(in: ["ready"]).map { _ in layout.conninfo }
    }

    func start() throws -> String {
        // A command that was killed may have left a server behind that is still recovering.
        while runningServer(in: ["starting"]) != nil { usleep(100_000) }
        if let conninfo = runningConninfo() { return conninfo }
        let binaries = try PostgresBinaries.find(for: layout.data, version: layout.version)
        // A server may still be there: without its socket (a cleaned /tmp), without its files (a removed directory), or as
        // the last processes of one that was killed. None of them can be used.
        try stop()
        if layout.version == nil { try ClusterMaker(layout: layout, binaries: binaries).make() }
        try makeSocketDirectory()
        removeStaleLockFiles()
        try launch(binaries)
        return layout.conninfo
    }

    func stop() throws {
        let processes = layout.processes
        guard !processes.all().isEmpty else { return }
        if let pid = PostmasterFile(layout.pidFile)?.pid, processes.isRunning(pid) {
            kill(pid, SIGINT)  // fast shutdown: ends the sessions and writes a checkpoint
            if processes.waitForEnd(seconds: 60) { return }
        } else if processes.waitForEnd(seconds: 2) {
            return
        }
        // Without postmaster or files there is nothing to save beyond what the database's log has already.
        for pid in processes.all() { kill(pid, SIGQUIT) }
        guard processes.waitForEnd(seconds: 10) else {
            throw EmbeddedPostgresError.didNotStop(pids: processes.all())
        }
    }

    /// The postmaster, if it is in one of these states and can be reached.
    private func runningServer(in states: [String]) -> pid_t? {
        guard layout.version != nil, let file = PostmasterFile(layout.pidFile), states.contains(file.state),
            layout.processes.isRunning(file.pid), ServerSocket.answers(layout.socket)
        else { return nil }
        return file.pid
    }

    /// In /tmp anybody may have made a directory of that name first, to offer a server of his own.
    private func makeSocketDirectory() throws {
        let path = layout.socketDirectory
        if mkdir(path, 0o700) == 0 { return try layout.user.adopt(path) }
        guard let info = FileInfo(path, followingLinks: false), info.isDirectory, info.uid == layout.user.uid,
            info.mode & 0o077 == 0
        else { throw EmbeddedPostgresError.unsafeSocketDirectory(path: path) }
    }

    /// PostgreSQL takes any live process with the recorded number for a running server. None is ours here: `stop` came before.
    private func removeStaleLockFiles() {
        for path in [layout.pidFile, layout.socket + ".lock"] {
            guard let file = PostmasterFile(path), kill(file.pid, 0) == 0 || errno == EPERM else { continue }
            unlink(path)
        }
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
            if let file = PostmasterFile(layout.pidFile), file.pid == server.pid, file.state == "ready" { return true }
            usleep(10_000)
        }
        return false
    }

    private func logTail(from offset: Int) -> String {
        let bytes = (readText(layout.log) ?? "").utf8.dropFirst(offset)
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").suffix(3).joined(separator: " | ")
    }
}
