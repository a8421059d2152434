import Foundation
import Testing

@testable import CatalogCLI

@Suite("The parts of the embedded PostgreSQL")
struct EmbeddedPostgresPartTests {
    @Test("A pid file is read by its lines; nonsense is refused")
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
