package import Foundation
import Threads

/// A real process beside the tests. Blocking happens on threads of its own, never on Swift's cooperative pool.
package struct Subprocess: Sendable {
    /// How a process ended and what it wrote.
    package struct Outcome: Sendable {
        /// Exit status, or 128 and the signal.
        package let status: Int32
        package let output: String
        package let error: String
    }

    /// Of the process; signals go there.
    package let pid: pid_t
    private let folder: TemporaryFolder

    /// Runs a program to its end.
    package static func run(
        _ executable: String, _ arguments: [String], environment: [String: String] = [:], directory: String? = nil
    ) async throws -> Outcome {
        try await start(executable, arguments, environment: environment, directory: directory).wait()
    }

    /// Starts a program; its output goes to files, so that it never waits for a reader.
    /// - Parameter environment: added to this process's own; an empty value takes a variable away.
    package static func start(
        _ executable: String, _ arguments: [String], environment: [String: String] = [:], directory: String? = nil
    ) throws -> Subprocess {
        let folder = try TemporaryFolder()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, folder.file("output"), O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, folder.file("error"), O_WRONLY | O_CREAT, 0o600)
        // The shell changes the directory: posix_spawn cannot before glibc 2.29's non-portable addition.
        let words = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", directory ?? "/", executable] + arguments
        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
            .filter { environment[$0.key]?.isEmpty != true }.map { "\($0)=\($1)" }
        var pid: pid_t = 0
        let status = withCStrings(words) { words in
            withCStrings(variables) { variables in posix_spawn(&pid, "/bin/sh", &actions, nil, words, variables) }
        }
        guard status == 0 else { throw SubprocessError(program: executable, code: status) }
        return Subprocess(pid: pid, folder: folder)
    }

    /// What it has written to standard output until now: where a service writes its log.
    package var outputSoFar: String {
        (try? String(contentsOfFile: folder.file("output"), encoding: .utf8)) ?? ""  // not there before it began
    }

    /// Sends a signal.
    package func signal(_ number: Int32) {
        kill(pid, number)
    }

    /// Waits for the end. Where the test's time is over, it is ended: a process that hangs fails its test, not all that come after it.
    package func wait() async throws -> Outcome {
        let isReaped = Locked(false)
        let status = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                Thread {
                    // Left to be reaped under the lock: its number is another process's afterwards.
                    var ended = siginfo_t()
                    while waitid(P_PID, id_t(pid), &ended, WEXITED | WNOWAIT) == -1 && errno == EINTR {}
                    let status = isReaped.withLock { isReaped in
                        isReaped = true
                        return Self.reap(pid)
                    }
                    continuation.resume(returning: status)
                }.start()
            }
        } onCancel: {
            isReaped.withLock { if !$0 { signal(SIGKILL) } }
        }
        return Outcome(
            status: status, output: try String(contentsOfFile: folder.file("output"), encoding: .utf8),
            error: Self.withoutNotice(try String(contentsOfFile: folder.file("error"), encoding: .utf8)))
    }

    /// The binary of a former release says that the schema is newer, which its tests do not know: scripts/test-previous.sh.
    private static func withoutNotice(_ error: String) -> String {
        guard ProcessInfo.processInfo.environment["TEST_MIGRATOR"] != nil else { return error }
        let notice = "catalog: the database is newer than this binary"
        return error.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix(notice) }
            .joined(separator: "\n")
    }

    /// Blocks until the process has ended.
    static func reap(_ pid: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) == -1 && errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }

    private static func withCStrings<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let pointers = strings.map { strdup($0) } + [nil]
        defer { pointers.forEach { free($0) } }
        return body(pointers)
    }
}

/// A program that could not be started.
package struct SubprocessError: Error, CustomStringConvertible {
    var program: String
    var code: Int32

    package var description: String { "cannot start \(program): \(String(cString: strerror(code)))" }
}
