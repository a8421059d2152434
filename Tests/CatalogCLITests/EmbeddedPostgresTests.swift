import Foundation
import Postgres
import Testing

@testable import CatalogCLI

@Suite("The embedded PostgreSQL", .serialized)
struct EmbeddedPostgresTests {
    @Test("A first start makes a private UTF-8 cluster with PostgreSQL's own safety settings")
    func firstStart() async throws {
        try await withEmbedded { embedded in
            #expect(try await embedded.status() == .notCreated)
            let conninfo = try await embedded.start()
            #expect(try await ask("show server_encoding", conninfo) == "UTF8")
            #expect(try await ask("show fsync", conninfo) == "on")
            #expect(try await ask("show listen_addresses", conninfo) == "")
            #expect(try await ask("select current_database() || ' ' || current_user", conninfo) == "catalog catalog")
            let layout = try ClusterLayout(base: embedded.base)
            #expect(FileInfo(layout.socketDirectory).map { $0.mode & 0o777 } == 0o700)
            #expect(FileInfo(layout.data).map { $0.mode & 0o777 } == 0o700)
            #expect(layout.socket.utf8.count <= 107)
        }
    }

    @Test("A second start finds the running server; stop ends it and may be repeated")
    func startTwice() async throws {
        try await withEmbedded { embedded in
            let conninfo = try await embedded.start()
            let status = try await embedded.status()
            #expect(try await embedded.start() == conninfo)
            #expect(try await embedded.status() == status)
            try await embedded.stop()
            try await embedded.stop()
            #expect(try await embedded.status() == .stopped)
            #expect(try await embedded.start() == conninfo)
        }
    }

    @Test("Commands that start at the same moment share one server")
    func concurrentStarts() async throws {
        try await withEmbedded { embedded in
            let answers = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<4 {
                    group.addTask { try await ask("select pg_postmaster_start_time()", try await embedded.start()) }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(answers.count == 1)
        }
    }

    @Test(
        "Any path will do",
        arguments: [
            "with spaces and 'quotes' \"$HOME\" ü/.catalog",
            String(repeating: "a-rather-long-directory-name/", count: 12) + ".catalog",
        ])
    func unusualPaths(path: String) async throws {
        try await withEmbedded(path) { embedded in
            let text = try await answer(embedded)
            #expect(text == "here")
        }
    }

    @Test("What a killed initdb has left is replaced")
    func halfMade() async throws {
        try await withEmbedded { embedded in
            try makeDirectory(embedded.base + "/postgres.new/base", mode: 0o755)
            #expect(try await answer(embedded) == "here")
            #expect(FileInfo(embedded.base + "/postgres.new") == nil)
        }
    }
}

@Suite("The embedded PostgreSQL after an accident", .serialized)
struct EmbeddedPostgresRecoveryTests {
    @Test("After kill -9 of the postmaster the next start recovers what was committed")
    func killedPostmaster() async throws {
        try await withEmbedded { embedded in
            let conninfo = try await embedded.start()
            let session = try await Connection.open(conninfo)
            try await session.run { try $0.executeScript("create table kept (n int); insert into kept values (7)") }
            guard case .running(let pid, _) = try await embedded.status() else {
                Issue.record("not running")
                return
            }
            #expect(kill(pid, SIGKILL) == 0)
            _ = try await embedded.start()
            #expect(try await ask("select n::text from kept", conninfo) == "7")
            await session.close()
        }
    }

    @Test("Lock files with the number of a live foreign process are recognised as stale")
    func reusedProcessNumber() async throws {
        try await withEmbedded { embedded in
            _ = try await embedded.start()
            try await embedded.stop()
            let layout = try ClusterLayout(base: embedded.base)
            let text = "\(getpid())\n\(layout.data)\n1700000000\n5432\n\(layout.socketDirectory)\n\n  1 1\nready   \n"
            try Data(text.utf8).write(to: URL(filePath: layout.pidFile))
            try Data(text.utf8).write(to: URL(filePath: layout.socket + ".lock"))
            #expect(try await embedded.status() == .stopped)
            #expect(try await answer(embedded) == "here")
        }
    }

    @Test("A server whose socket was cleaned away from /tmp is restarted")
    func cleanedSocketDirectory() async throws {
        try await withEmbedded { embedded in
            _ = try await embedded.start()
            let before = try await embedded.status()
            try FileManager.default.removeItem(atPath: try ClusterLayout(base: embedded.base).socketDirectory)
            #expect(try await embedded.status() == .stopped)
            #expect(try await answer(embedded) == "here")
            #expect(try await embedded.status() != before)
        }
    }

    @Test("A server whose files were removed gives way to a new and empty cluster")
    func removedFiles() async throws {
        try await withEmbedded { embedded in
            _ = try await ask("create table gone ()", try await embedded.start())
            try FileManager.default.removeItem(atPath: embedded.base)
            let renewed = try await embedded.start()
            #expect(try await ask("select to_regclass('gone') is null", renewed) == "t")
        }
    }
}

@Suite("What the embedded PostgreSQL refuses", .serialized)
struct EmbeddedPostgresRefusalTests {
    @Test("The data of a version that is not installed")
    func otherVersion() async throws {
        try await withEmbedded { embedded in
            try makeData(embedded, [("PG_VERSION", "9\n")])
            let error = await #expect(throws: EmbeddedPostgresError.self) { try await embedded.start() }
            #expect(error?.description.contains("was made by PostgreSQL 9, but installed is 15") == true)
        }
    }

    @Test("A directory that holds something else, which stays as it is")
    func notACluster() async throws {
        try await withEmbedded { embedded in
            try makeData(embedded, [("letters.txt", "dear diary")])
            let path = embedded.base + "/postgres"
            await #expect(throws: EmbeddedPostgresError.notACluster(path: path)) { try await embedded.start() }
            #expect(readText(path + "/letters.txt") == "dear diary")
        }
    }

    @Test("A socket directory that somebody else has opened to all")
    func unsafeSocketDirectory() async throws {
        try await withEmbedded { embedded in
            _ = try await embedded.start()
            try await embedded.stop()
            let path = try ClusterLayout(base: embedded.base).socketDirectory
            #expect(chmod(path, 0o777) == 0)
            await #expect(throws: EmbeddedPostgresError.unsafeSocketDirectory(path: path)) {
                try await embedded.start()
            }
        }
    }

    @Test("Files that belong to root", .enabled(if: geteuid() == 0, "not run: only root can make them"))
    func rootsFiles() async throws {
        try await withEmbedded { embedded in
            try makeDirectory(embedded.base + "/postgres", mode: 0o700)
            let error = await #expect(throws: EmbeddedPostgresError.self) { try await embedded.start() }
            #expect(error?.description.contains("belongs to root, but the database would run as postgres") == true)
        }
    }

    /// A data directory of the user that would run the server.
    private func makeData(_ embedded: EmbeddedPostgres, _ files: [(name: String, text: String)]) throws {
        let user = try ClusterUser.choose(owner: nil)
        try makeDirectory(embedded.base + "/postgres", mode: 0o700)
        try user.adopt(embedded.base + "/postgres")
        for file in files {
            let path = embedded.base + "/postgres/" + file.name
            try Data(file.text.utf8).write(to: URL(filePath: path))
            try user.adopt(path)
        }
    }
}

@Suite("The embedded PostgreSQL of root", .serialized, .enabled(if: geteuid() == 0, "not run: needs root"))
struct EmbeddedPostgresRootTests {
    @Test("In a directory closed to user postgres the data lie elsewhere, and go when the directory goes")
    func closedDirectory() async throws {
        try await withEmbedded("closed/.catalog", parentMode: 0o700) { embedded in
            _ = try await ask("create table gone ()", try await embedded.start())
            let layout = try ClusterLayout(base: embedded.base)
            #expect(layout.isRelocated)
            #expect(Path.link(embedded.base + "/postgres") == layout.data)
            try FileManager.default.removeItem(atPath: embedded.base)
            #expect(try await embedded.status() == .notCreated)
            let renewed = try await embedded.start()
            #expect(try await ask("select to_regclass('gone') is null", renewed) == "t")
        }
    }
}

@Suite("The parts of the embedded PostgreSQL")
struct EmbeddedPostgresPartTests {
    @Test("A pid file is read by its lines; nonsense is no pid file")
    func pidFile() throws {
        let path = NSTemporaryDirectory() + "/catalog-pid-\(UUID().uuidString)"
        defer { unlink(path) }
        for (text, pid, state) in [
            ("123\n/data\n1\n5432\n/tmp\n\n 1 2\nstarting\n", 123, "starting"),
            ("123\n/data\n1\n5432\n/tmp\n\n 1 2\nready   \n", 123, "ready"),
            ("123\n", 123, ""),
        ] {
            try Data(text.utf8).write(to: URL(filePath: path))
            #expect(PostmasterFile(path)?.pid == pid_t(pid))
            #expect(PostmasterFile(path)?.state == state)
        }
        for text in ["", "\n", "-1\n", "1\n", "pid\n"] {
            try Data(text.utf8).write(to: URL(filePath: path))
            #expect(PostmasterFile(path) == nil, "\(text)")
        }
    }

    @Test("A path's short name is stable, or running servers would be lost by an update")
    func pathHash() {
        // The start value of FNV-1a, and its published test vector for "a": af63dc4c8601ec8c.
        #expect(Path.hash("") == "9ce484222325")
        #expect(Path.hash("a") == "dc4c8601ec8c")
    }

    @Test("A captured program gives its output and its status, also after a signal")
    func capture() throws {
        let both = try ChildProcess.capture(["/bin/sh", "-c", "echo out; echo err >&2; exit 3"], environment: [])
        #expect(both.output == "out\nerr\n")
        #expect(both.status == 3)
        #expect(try ChildProcess.capture(["/bin/sh", "-c", "kill -9 $$"], environment: []).status == 137)
    }

    @Test("Every error says what to do")
    func errorTexts() {
        #expect(EmbeddedPostgresError.notInstalled.description.contains("apt-get install postgresql"))
        let denied = EmbeddedPostgresError.system(action: "open", path: "/etc/shadow", code: EACCES).description
        #expect(denied.hasPrefix("cannot open '/etc/shadow': Permission denied (it belongs to root: run catalog as"))
    }
}

/// Runs `body` with an embedded PostgreSQL of its own, which is stopped and removed afterwards.
private func withEmbedded(
    _ path: String = ".catalog", parentMode: mode_t = 0o755, _ body: (EmbeddedPostgres) async throws -> Void
) async throws {
    let root = "/tmp/catalog-test-" + UUID().uuidString.prefix(8)
    try makeDirectory(root, mode: 0o755)
    try makeDirectory(Path.parent(root + "/" + path), mode: 0o755)
    chmod(Path.parent(root + "/" + path), parentMode)
    let embedded = EmbeddedPostgres(base: root + "/" + path)
    let outcome: Result<Void, any Error>
    do {
        outcome = .success(try await body(embedded))
    } catch {
        outcome = .failure(error)
    }
    // Where nothing was made there is nothing to remove, because each path is this test's own.
    if let layout = try? ClusterLayout(base: embedded.base) {
        try await embedded.stop()
        for path in [layout.socketDirectory, layout.data] { try? FileManager.default.removeItem(atPath: path) }
    }
    try FileManager.default.removeItem(atPath: root)
    try outcome.get()
}

/// Starts it; "here" when it answers.
private func answer(_ embedded: EmbeddedPostgres) async throws -> String {
    let conninfo = try await embedded.start()
    return try await ask("select 'here'", conninfo)
}

/// The first value that a statement answers; "" when it answers nothing.
private func ask(_ sql: String, _ conninfo: String) async throws -> String {
    let connection = try await Connection.open(conninfo)
    let answer = try await connection.run { try $0.first("\(raw: sql)")?[0] ?? "" }
    await connection.close()
    return answer
}
