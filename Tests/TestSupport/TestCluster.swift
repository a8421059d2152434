import Foundation

/// One private PostgreSQL for all tests of a process: started by the first that needs it, stopped at exit.
public enum TestCluster {
    private static let started = Task<Server, any Error> { try await Server.start() }

    /// How to connect to one of its databases, as its superuser.
    public static func conninfo(database: String) async throws -> String {
        "host=\(try await started.value.socketFolder) port=5432 user=postgres dbname=\(database)"
    }

    /// The server's programs.
    public static let programs: String = {
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        let newest = versions.compactMap { Int($0) }.max()
        return newest.map { "/usr/lib/postgresql/\($0)/bin" } ?? "/usr/bin"
    }()

    /// What the server has to say.
    public static var log: String { "\(Server.folder)/log" }

    private struct Server: Sendable {
        static let folder = "/tmp/catalog-test-\(getpid())"

        let socketFolder: String

        static func start() async throws -> Server {
            // Of a killed process that had the same number.
            remove(folder)
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            if getuid() == 0 { try await run("chown", "postgres", folder) }
            try await asServerUser(
                "\(programs)/initdb", "-D", "\(folder)/data", "-U", "postgres", "-A", "trust", "-E", "UTF8",
                "--locale=C.UTF-8", "--no-sync")
            stopAtExit()
            try await askForPasswords()
            // Nothing of a test needs to survive a crash of the machine.
            let settings = "-k \(folder) -c listen_addresses= -c fsync=off -c max_connections=400"
            try await asServerUser(
                "\(programs)/pg_ctl", "-D", "\(folder)/data", "-w", "-l", "\(folder)/log", "-o", settings, "start")
            let administrator = "host=\(folder) user=postgres dbname=postgres"
            try await asServerUser("\(programs)/psql", "-qX", administrator, "-c", "create role needs_password")
            return Server(socketFolder: folder)
        }

        /// Of the members of the role `needs_password`; all others are trusted.
        private static func askForPasswords() async throws {
            let rules = "\(folder)/data/pg_hba.conf"
            let text =
                "local all +needs_password scram-sha-256\n" + (try String(contentsOfFile: rules, encoding: .utf8))
            // Written in place: the file stays the server user's.
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: rules))
            try file.write(contentsOf: Data(text.utf8))
            try file.close()
        }

        private static func asServerUser(_ words: String...) async throws {
            try await run(getuid() == 0 ? ["runuser", "-u", "postgres", "--"] + words : words)
        }

        private static func run(_ words: String...) async throws {
            try await run(words)
        }

        private static func run(_ words: [String]) async throws {
            let outcome = try await Subprocess.run("/usr/bin/env", words)
            guard outcome.status == 0 else {
                throw TestClusterError(command: words, output: outcome.error + outcome.output)
            }
        }

        /// `atexit` takes no context: the folder is named by the process.
        private static func stopAtExit() {
            atexit { Server.remove(Server.folder) }
        }

        /// Stops the server of a folder, if it runs, and removes both.
        private static func remove(_ folder: String) {
            // A missing file is fine, because then no server runs.
            let file = try? String(contentsOfFile: "\(folder)/data/postmaster.pid", encoding: .utf8)
            if let pid = file?.split(separator: "\n").first.flatMap({ pid_t($0) }), isServer(pid, of: folder) {
                kill(pid, SIGQUIT)
                // It removes files of its own at the end, under the feet of whoever else does. Five seconds at most.
                for _ in 0..<500 where isServer(pid, of: folder) { usleep(10_000) }
            }
            try? FileManager.default.removeItem(atPath: folder)  // because nobody is left to be told
        }

        /// A number alone may belong to another program by now.
        private static func isServer(_ pid: pid_t, of folder: String) -> Bool {
            // An unreadable file is no server, because the process is gone then.
            let commandLine = try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8)
            return commandLine?.contains("\(folder)/data") == true
        }
    }
}

/// The cluster could not be made.
struct TestClusterError: Error, CustomStringConvertible {
    var command: [String]
    var output: String

    var description: String { "\(command.joined(separator: " ")): \(output); apt-get install postgresql" }
}
