import Glibc

/// A program started with posix_spawn. `Foundation.Process` will not do: its `waitUntilExit` also waits for a daemon's copy of its socket.
struct ChildProcess {
    let pid: pid_t

    struct SpawnError: Error {
        let program: String
        let code: Int32
    }

    /// Runs in `/`, because the current directory may be closed to the program's user.
    private static let inRoot = ["/bin/sh", "-c", "cd / && exec \"$@\"", "sh"]
    /// `POSIX_SPAWN_SETSID` of spawn.h, which Swift's Glibc module hides.
    private static let newSession: Int16 = 0x80

    /// Starts a program that survives the terminal: no standard input, both outputs to `output`, a session of its own.
    static func daemon(_ arguments: [String], environment: [String], output: Int32) throws -> ChildProcess {
        try spawn(inRoot + arguments, environment: environment, output: output, flags: newSession)
    }

    /// Runs a program to its end.
    ///
    /// - Parameter shell: how the shell runs the program, `"$@"`; for a pipe in front of it.
    static func capture(
        _ arguments: [String], environment: [String], shell: String = "exec \"$@\""
    ) throws -> (status: Int32, output: String) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SpawnError(program: arguments[0], code: errno) }
        defer { close(ends[0]) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let child: ChildProcess
        do {
            defer { close(ends[1]) }
            child = try spawn(
                ["/bin/sh", "-c", "cd / && \(shell)", "sh"] + arguments, environment: environment, output: ends[1])
        }
        let output = readAll(ends[0])
        return (child.wait(), output)
    }

    /// The exit status, or 128 and the signal; blocks.
    func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) == -1 && errno == EINTR {}
        return Self.exitCode(status)
    }

    /// Nil while it runs.
    func exitStatus() -> Int32? {
        var status: Int32 = 0
        return waitpid(pid, &status, WNOHANG) == pid ? Self.exitCode(status) : nil
    }

    private static func exitCode(_ status: Int32) -> Int32 {
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }

    private static func spawn(
        _ arguments: [String], environment: [String], output: Int32, flags: Int16 = 0
    ) throws -> ChildProcess {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, output, 2)
        // A server that inherits our caller's pipe would keep it open for ever; closing a closed descriptor is not an error here.
        for descriptor in directoryEntries("/proc/self/fd").compactMap({ Int32($0) }) where descriptor > 2 {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        resetSignals(&attributes, flags: flags)
        let arguments = CStrings(arguments)
        let environment = CStrings(environment)
        var pid: pid_t = 0
        let code = posix_spawn(
            &pid, arguments.first, &actions, &attributes, arguments.pointers, environment.pointers)
        guard code == 0 else { throw SpawnError(program: arguments.first, code: code) }
        return ChildProcess(pid: pid)
    }

    /// Ignored and blocked signals are inherited; a server that ignores SIGINT could not be stopped.
    private static func resetSignals(_ attributes: inout posix_spawnattr_t, flags: Int16) {
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        for signal in [SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGPIPE, SIGCHLD] { sigaddset(&signals, signal) }
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, flags | Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    }

    private static func readAll(_ descriptor: Int32) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count > 0 { bytes += buffer[..<count] }
            if count == 0 || (count < 0 && errno != EINTR) { return String(decoding: bytes, as: UTF8.self) }
        }
    }
}

/// A null-terminated array of C strings, freed at the end.
private final class CStrings {
    let pointers: [UnsafeMutablePointer<CChar>?]
    let first: String

    init(_ strings: [String]) {
        pointers = strings.map { strdup($0) } + [nil]
        first = strings.first ?? ""
    }

    deinit {
        for pointer in pointers { free(pointer) }
    }
}
