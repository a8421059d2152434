import Foundation
import Postgres
import TestSupport
import Testing

/// Where what commands and the service say cannot be written.
@Suite(.timeLimit(.minutes(5))) struct OutputTests {
    /// Runs a line of shell in which `catalog` is the binary, without a terminal.
    private static func shell(_ line: String, _ catalog: CatalogBinary) async throws -> Subprocess.Outcome {
        try await Subprocess.run(
            "/bin/bash", ["-c", "catalog() { '\(Project.binary("catalog"))' \"$@\" </dev/null; }; \(line)"],
            environment: catalog.environment, directory: catalog.folder.path)
    }

    @Test("What cannot be printed is an error that says so, and what is closed takes no part of it anywhere else")
    func output() async throws {
        try await CatalogBinary.with { catalog in
            try await catalog.prepare()
            let file = try catalog.folder.write(
                ServiceEnvironment.header + "P1,N,Audio,S1,1,1\nP2,N,Audio,S2,x,1\n", to: "f.csv")
            let commands = [
                ("--help", 1), ("vendor list", 1), ("vendor list --json", 1), ("vendor token V001 --json", 1),
                ("category add Toys", 1), ("ingest '\(file)' --vendor V001 --json", 2), ("upload list --json", 1),
                ("changes --json", 1), ("template", 1), ("export", 1), ("migrate status", 1),
            ]
            for (words, status) in commands {
                let full = try await Self.shell("catalog \(words) >/dev/full", catalog)
                #expect(full.status == status, "\(words): \(full.status) \(full.error)")
                let reason = "catalog: cannot write to standard output: No space left on device\n"
                #expect(full.error.hasSuffix(reason), "\(words): \(full.error)")
                guard !words.hasPrefix("ingest") else { continue }
                let closed = try await Self.shell("catalog \(words) >&-", catalog)
                #expect(closed.status == 1 && closed.error.contains("Bad file descriptor"), "\(words): \(closed)")
            }
            // What was done is done.
            #expect(try await catalog.value("select count(*) from catalog.products") == "1")
            #expect(try await catalog.value("select count(*) from catalog.api_tokens") == "2")
        }
    }

    @Test("Whoever has read enough, or nothing, is no failure, however much there is")
    func readers() async throws {
        try await CatalogBinary.with { catalog in
            try await catalog.prepare()
            let file = try catalog.folder.write(
                ServiceEnvironment.header + "P1,N,Audio,S1,1,1\nP2,N,Audio,S2,x,1\n", to: "f.csv")
            let id = try await catalog.ingest(file).uploadId
            let commands = [
                "--help", "--version", "vendor list --json", "migrate status --json", "changes", "changes --json",
                "template",
                "export", "export --format ndjson", "upload list", "upload show \(id) --json", "upload errors \(id)",
                "upload errors \(id) --json", "upload errors \(id) --grouped",
            ]
            for words in commands {
                // The reader is gone before the first byte.
                let outcome = try await Self.shell("exec 3> >(true); wait $!; catalog \(words) >&3", catalog)
                #expect(outcome.status == 0 && outcome.error.isEmpty, "\(words): \(outcome.error)")
            }
        }
    }

    @Test("A message that nobody can read ends no command otherwise than it would end")
    func messages() async throws {
        try await CatalogBinary.with { catalog in
            try await catalog.prepare()
            for place in ["2>/dev/full", "2>&-"] {
                for (words, status) in [("upload show nothing", 1), ("vendor token V001", 0), ("ingest", 64)] {
                    let outcome = try await Self.shell("catalog \(words) \(place)", catalog)
                    #expect(outcome.status == status, "\(words) \(place): \(outcome.status)")
                }
            }
        }
    }

    @Test(
        "The service works on where its log cannot be written, and ends as it should",
        arguments: [">/dev/full", ">&-", "> >(true)"])
    func log(_ place: String) async throws {
        try await CatalogBinary.with { catalog in
            try await ServiceEnvironment.with(catalog, ["CATALOG_METRICS_EMF": "on"]) { service in
                let address = "127.0.0.1:\(try FreePorts.take(1)[0])"
                let settings = service.variables.merging(["CATALOG_HTTP_ADDRESS": address]) { $1 }
                let process = try Subprocess.start(
                    "/bin/bash", ["-c", "exec '\(Project.binary("catalog"))' serve \(place)"],
                    environment: catalog.environment.merging(settings) { $1 }, directory: catalog.folder.path)
                let outcome: Result<Void, any Error>
                do {
                    try await APIEnvironment(service, at: address, [:]).waitUntilReady()
                    try service.drop("products.csv", ServiceEnvironment.file(good: 2, bad: 1, prefix: "A"))
                    try await service.waitForAll(1)
                    outcome = .success(())
                } catch {
                    outcome = .failure(error)
                }
                process.signal(SIGTERM)
                let end = try await process.wait()
                try outcome.get()
                #expect(end.status == 0 && end.error.isEmpty, "\(end.error)")
            }
        }
    }
}
