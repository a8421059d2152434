import Foundation
import Postgres
import Testing

@testable import CatalogCLI

@Suite("The embedded PostgreSQL after an accident", .serialized, .timeLimit(.minutes(5)))
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
