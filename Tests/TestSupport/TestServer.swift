import Foundation
import Postgres

/// A private PostgreSQL below /tmp, named by the process that started it and stopped with it.
struct TestServer: Sendable {
    /// Of data, socket and log.
    let folder: String

    /// - Parameter suffix: tells the servers of one process apart.
    static func folder(_ suffix: String = "") -> String { "/tmp/catalog-test-\(getpid())\(suffix)" }

    /// How to connect to one of its databases, as its superuser.
    ///
    /// A machine that is busy with many tests may need longer for a connection than the product's 3 seconds.
    func conninfo(database: String) -> String {
        "host=\(folder) port=5432 user=postgres connect_timeout=60 dbname=\(database)"
    }

    /// - Parameters:
    ///   - programs: the folder of `initdb` and `pg_ctl`.
    ///   - isStandby: it replays the log of nobody and so takes no changes.
    static func start(programs: String, folder: String, isStandby: Bool = false) async throws -> TestServer {
        // Of a killed process that had the same number.
        remove(folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if getuid() == 0 { try await run("chown", "postgres", folder) }
        try await asServerUser(
            "\(programs)/initdb", "-D", "\(folder)/data", "-U", "postgres", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync")
        stopAtExit()
        try await askForPasswords(folder)
        // Nothing of a test needs to survive a crash of the machine.
        let settings =
            "-k \(folder) -c listen_addresses= -c fsync=off -c max_connections=400 -c max_prepared_transactions=10"
        if isStandby { try await asServerUser("touch", "\(folder)/data/standby.signal") }
        try await asServerUser(
            "\(programs)/pg_ctl", "-D", "\(folder)/data", "-w", "-l", "\(folder)/log", "-o", settings, "start")
        let server = TestServer(folder: folder)
        if !isStandby { try await server.administer("create role needs_password") }
        return server
    }

    /// Runs `body` with a database of its own, which is dropped afterwards.
    func withDatabase<Result>(
        template: String = "template1", _ body: (String) async throws -> Result
    ) async throws -> Result {
        let name = "t_\(UUID().uuidString.replacingOccurrences(of: "-", with: "").lowercased())"
        try await administer("create database \(identifier: name) template \(identifier: template)")
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body(conninfo(database: name)))
        } catch {
            outcome = .failure(error)
        }
        try await administer("drop database \(identifier: name) with (force)")
        return try outcome.get()
    }

    func administer(_ statement: Statement) async throws {
        let connection = try await Connection.open(conninfo(database: "postgres"))
        do {
            try await connection.run { _ = try $0.execute(statement) }
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Of the members of the role `needs_password`; all others are trusted.
    private static func askForPasswords(_ folder: String) async throws {
        let rules = "\(folder)/data/pg_hba.conf"
        let text = "local all +needs_password scram-sha-256\n" + (try String(contentsOfFile: rules, encoding: .utf8))
        // Written in place: the file stays the server user's.
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: rules))
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }
}

extension TestServer {
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

    /// `atexit` takes no context: the folders are named by the process.
    private static func stopAtExit() {
        atexit {
            let own = URL(fileURLWithPath: TestServer.folder()).lastPathComponent
            // An unreadable /tmp holds no servers of ours.
            for name in (try? FileManager.default.contentsOfDirectory(atPath: "/tmp")) ?? []
            where name == own || name.hasPrefix("\(own)-") {
                TestServer.remove("/tmp/\(name)")
            }
        }
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
        // An unreadable file means no server, because the process is gone then.
        let commandLine = try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8)
        return commandLine?.contains("\(folder)/data") == true
    }
}

/// The cluster could not be made.
struct TestClusterError: Error, CustomStringConvertible {
    var command: [String]
    var output: String

    var description: String { "\(command.joined(separator: " ")): \(output); apt-get install postgresql" }
}
