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
    ///   - address: where it listens besides its socket file; whoever reaches it there is let in.
    static func start(
        programs: String, folder: String, isStandby: Bool = false, address: String = ""
    ) async throws -> TestServer {
        try await makeFolder(folder)
        try await asServerUser(
            "\(programs)/initdb", "-D", "\(folder)/data", "-U", "postgres", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync")
        try await admit(["local all +needs_password scram-sha-256", "host all all samenet trust"], folder)
        if isStandby { try await asServerUser("touch", "\(folder)/data/standby.signal") }
        let server = try await launch(programs: programs, folder: folder, address: address)
        if !isStandby { try await server.administer("create role needs_password") }
        return server
    }

    /// A standby that replays what this server writes.
    func startStandby(programs: String, folder: String) async throws -> TestServer {
        try await Self.makeFolder(folder)
        try await Self.asServerUser(
            "\(programs)/pg_basebackup", "-D", "\(folder)/data", "-h", self.folder, "-U", "postgres", "-R", "-c",
            "fast",
            "--no-sync")
        return try await Self.launch(programs: programs, folder: folder, address: "")
    }

    /// Makes a primary of a standby, and returns when it takes changes.
    func promote(programs: String) async throws {
        try await Self.asServerUser("\(programs)/pg_ctl", "-D", "\(folder)/data", "-w", "promote")
    }

    /// Ends it as an operator would who means to: what it has written is sent to its standby first.
    func stop(programs: String) async throws {
        try await Self.asServerUser("\(programs)/pg_ctl", "-D", "\(folder)/data", "-w", "-m", "fast", "stop")
    }

    /// Stops every process of it where it is: connections stay, and the kernel goes on acknowledging what is sent to them.
    func freeze() throws { try signalAll(SIGSTOP) }

    /// Lets it go on, so that it can be ended.
    func thaw() throws { try signalAll(SIGCONT) }

    private func signalAll(_ signal: Int32) throws {
        let file = try String(contentsOfFile: "\(folder)/data/postmaster.pid", encoding: .utf8)
        guard let postmaster = file.split(separator: "\n").first.flatMap({ pid_t($0) }) else { return }
        // It first, so that it starts no others.
        kill(postmaster, signal)
        let children = try String(contentsOfFile: "/proc/\(postmaster)/task/\(postmaster)/children", encoding: .utf8)
        for child in children.split(separator: " ").compactMap({ pid_t($0) }) { kill(child, signal) }
    }

    /// Stops it, if it runs, and removes what it has written.
    func discard() { Self.remove(folder) }

    private static func makeFolder(_ folder: String) async throws {
        // Of a killed process that had the same number.
        remove(folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if getuid() == 0 { try await run("chown", "postgres", folder) }
        stopAtExit()
    }

    private static func launch(programs: String, folder: String, address: String) async throws -> TestServer {
        // Nothing of a test needs to survive a crash of the machine.
        let settings =
            "-k \(folder) -c listen_addresses=\(address) -c fsync=off -c max_connections=400 -c max_prepared_transactions=10"
        try await asServerUser(
            "\(programs)/pg_ctl", "-D", "\(folder)/data", "-w", "-l", "\(folder)/log", "-o", settings, "start")
        return TestServer(folder: folder)
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

    /// Puts rules before the others, which trust everybody on this machine.
    private static func admit(_ lines: [String], _ folder: String) async throws {
        let rules = "\(folder)/data/pg_hba.conf"
        let text = lines.joined(separator: "\n") + "\n" + (try String(contentsOfFile: rules, encoding: .utf8))
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
            kill(pid, SIGCONT)
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
