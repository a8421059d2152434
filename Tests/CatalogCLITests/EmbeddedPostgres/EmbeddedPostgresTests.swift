import Foundation
import TestSupport
import Testing

@testable import CatalogCLI

@Suite("The embedded PostgreSQL", .serialized, .timeLimit(.minutes(5)))
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

@Suite(
    "The embedded PostgreSQL of root", .serialized, .enabled(if: geteuid() == 0, "not run: needs root"),
    .timeLimit(.minutes(5)))
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

@Suite(
    "The embedded PostgreSQL of an ordinary user",
    .enabled(if: geteuid() == 0, "not run: only root can be another user"), .timeLimit(.minutes(5)))
struct EmbeddedPostgresUserTests {
    @Test("The server runs as that user; a command of root's in the same directory uses it as it is")
    func ordinaryUser() async throws {
        try await withEmbedded("home/.catalog") { embedded in
            let home = Path.parent(embedded.base)
            // A copy, because the project may lie where nobody else can enter. Made by a process of its own: a child that
            // another test starts meanwhile would inherit the open copy, and a file open for writing cannot be run.
            let program = Path.parent(home) + "/catalog"
            let copy = try await Subprocess.run("/usr/bin/env", ["cp", Project.binary("catalog"), program])
            #expect(copy.status == 0, "\(copy.error)")
            let nobody = try #require(getpwnam("nobody")).pointee.pw_uid
            #expect(chown(home, nobody, gid_t(nobody)) == 0)
            let started = try await Subprocess.run(
                "/usr/bin/env", ["runuser", "-u", "nobody", "--", program, "postgres", "start"],
                environment: ["CATALOG_DATABASE_URL": ""], directory: home)
            #expect(started.status == 0, "\(started.error)")
            #expect(FileInfo(embedded.base + "/postgres")?.uid == nobody)
            guard case .running(let pid, let conninfo) = try await embedded.status() else {
                Issue.record("not running")
                return
            }
            #expect(FileInfo("/proc/\(pid)")?.uid == nobody)
            #expect(started.output.contains(conninfo))
            #expect(try await ask("select count(*) > 0 from migrations.applied", try await embedded.start()) == "t")
        }
    }
}
