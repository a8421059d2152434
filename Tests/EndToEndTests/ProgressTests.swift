import Foundation
import TestSupport
import Testing

/// What a person at a terminal sees while a command works.
@Suite(.timeLimit(.minutes(2))) struct ProgressTests {
    private static let clear = "\r\u{1B}[2K"

    /// Starts `catalog enrich` on a terminal, whose contents are in the file `screen`.
    private static func enrich(_ service: ServiceEnvironment, _ arguments: String...) async throws -> Subprocess {
        let folder = service.catalog.folder
        let list = folder.file("contacts.csv")
        _ = try await python("Benchmarks/contacts.py", ["330", list])
        let command = [
            Project.binary("catalog"), "enrich", list, "--provider", "mock", "--fields", "contact", "--output",
            "out.csv",
        ]
        return try Subprocess.start(
            "/usr/bin/env",
            ["python3", Project.file("Tests/Clients/terminal.py"), folder.file("screen")] + command + arguments,
            environment: service.catalog.environment.merging(["TERM": "xterm", "NO_COLOR": ""]) { $1 },
            directory: folder.path)
    }

    private static func screen(_ service: ServiceEnvironment) throws -> String {
        String(
            decoding: FileManager.default.contents(atPath: service.catalog.folder.file("screen")) ?? Data(),
            as: UTF8.self)
    }

    /// Whether some line was the whole bar of two batches of four.
    private static func isHalfDone(_ screen: String) -> Bool {
        let bar = "contacts.csv  enriching  ████████████\u{1B}[2m░░░░░░░░░░░░\u{1B}[0m 50%  "
        return screen.components(separatedBy: clear).contains {
            $0.hasPrefix(bar) && $0.contains(" s left  ") && $0.hasSuffix(" rows/s")
        }
    }

    @Test("catalog enrich draws one line with the share of the batches that are done, and removes it at the end")
    func enrichment() async throws {
        try await ServiceEnvironment.with { service in
            // Two of four batches are done, the third waits.
            try await service.block("update on enrichment.batches", when: "new.state = 'done' and new.batch_no = 2")
            let gate = try await Gate(service.catalog.conninfo)
            let process = try await Self.enrich(service, "--concurrency", "1")
            try await eventually { try Self.isHalfDone(Self.screen(service)) }
            try await gate.open()
            let end = try await process.wait()
            #expect(end.status == 0)
            let rest = try #require(try Self.screen(service).components(separatedBy: Self.clear).last)
            #expect(rest.hasPrefix("\u{1B}[1mout.csv") && rest.contains("330 records") && !rest.contains("█"))
        }
    }

    @Test("With --json, nothing but one object is shown, on a terminal too")
    func json() async throws {
        try await ServiceEnvironment.with { service in
            let end = try await Self.enrich(service, "--json").wait()
            #expect(end.status == 0)
            let text = try Self.screen(service)
            #expect(text.hasPrefix("{") && !text.contains("\u{1B}"))
            let line = try JSONDecoder().decode(EnrichmentLine.self, from: Data(text.utf8))
            #expect(line.status == "completed")
        }
    }
}
