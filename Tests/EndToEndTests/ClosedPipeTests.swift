import Foundation
import Postgres
import TestSupport
import Testing

/// Readers that have had enough: `catalog … | head -1`, and a log that nobody reads any more.
@Suite(.timeLimit(.minutes(5))) struct ClosedPipeTests {
    /// Descriptor 8 is a pipe whose reader has gone.
    private static let closedPipe =
        #"pipe=$(mktemp -u) && mkfifo "$pipe" && exec 9<>"$pipe" && exec 8>"$pipe" && exec 9>&- && rm "$pipe" && "#

    private static func start(_ script: String, _ words: [String], _ catalog: CatalogBinary) throws -> Subprocess {
        try Subprocess.start(
            "/bin/bash", ["-c", closedPipe + script, Project.binary("catalog")] + words,
            environment: catalog.environment.merging([
                "CATALOG_LOG_FORMAT": "json", "CATALOG_HTTP_ADDRESS": "127.0.0.1:0",
            ]) { $1 },
            directory: catalog.folder.path)
    }

    @Test("Whoever stops reading ends any command that writes much, quietly and well")
    func output() async throws {
        try await CatalogBinary.with { catalog in
            try await catalog.prepare()
            let header = "vendor_product_id,product_name,category,sku,price,stock_quantity\n"
            let file = try catalog.folder.write(header + "P1,N,Audio,S1,1,1\nP2,N,Audio,S2,x,1\n", to: "a.csv")
            let id = try await catalog.ingest(file).uploadId
            for words in [
                ["changes", "--json"], ["changes"], ["export"], ["export", "--format", "ndjson"], ["template"],
                ["upload", "errors", id], ["upload", "errors", id, "--json"], ["upload", "errors", id, "--grouped"],
                ["upload", "list"], ["upload", "show", id, "--json"], ["--help"], ["--version"],
            ] {
                let outcome = try await Self.start("\"$0\" \"$@\" >&8", words, catalog).wait()
                #expect(outcome.status == 0 && outcome.error == "", "\(words): \(outcome)")
            }
        }
    }

    @Test("What is wrong is the exit code's to tell where nobody reads the message")
    func error() async throws {
        try await CatalogBinary.with { catalog in
            for (words, code) in [(["upload", "lsit"], 64), (["vendor", "suspend", "NOBODY"], 1)] {
                let outcome = try await Self.start("\"$0\" \"$@\" 2>&8", words, catalog).wait()
                #expect(Int(outcome.status) == code, "\(words): \(outcome)")
            }
        }
    }

    @Test("A service outlives the reader of its log")
    func log() async throws {
        try await CatalogBinary.with { catalog in
            let service = try Self.start("exec \"$0\" worker >&8", [], catalog)
            try await eventually {
                try await catalog.value("select count(*) from migrations.instances") == "1"
            }
            service.signal(SIGTERM)
            let outcome = try await service.wait()
            #expect(outcome.status == 0 && outcome.error == "", "\(outcome)")
        }
    }
}
