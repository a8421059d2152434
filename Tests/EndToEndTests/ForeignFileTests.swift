import Foundation
import Postgres
import TestSupport
import Testing

/// Files and names as others make them, given to the real binary.
@Suite(.timeLimit(.minutes(15))) struct ForeignFileTests {
    private static let header = "vendor_product_id,product_name,category,sku,price,stock_quantity\n"

    @Test("Standard input is a file, read in the encoding that is said of it, of the vendor, or guessed and said so")
    func standardInput() async throws {
        try await CatalogBinary.with { catalog in
            try await catalog.prepare()
            let polish = try catalog.folder.write(
                Array(Self.header.utf8) + Array("P1,G".utf8) + [0xB3] + Array("o".utf8) + [0x9C]
                    + Array("nik,Audio,S1,1,1\n".utf8), to: "polish.csv")
            func ingest(_ options: String) async throws -> Subprocess.Outcome {
                try await Subprocess.run(
                    "/bin/sh",
                    [
                        "-c",
                        "cat '\(polish)' | '\(Project.binary("catalog"))' ingest - --vendor V001 --json \(options)",
                    ],
                    environment: catalog.environment, directory: catalog.folder.path)
            }
            let refused = try await ingest("")
            #expect(refused.status == 3 && refused.output.contains("words of no language"), "\(refused)")
            #expect(try await ingest("--encoding klingon").status == 64)
            let read = try await ingest("--encoding Windows-1250 --dry-run")
            #expect(read.status == 0 && read.output.contains("\"encoding\":\"windows-1250\""), "\(read)")
            #expect(read.output.contains("\"fileName\":\"standard input\""))
            try await catalog.succeed("vendor", "encoding", "V001", "cp1250")
            #expect(try await ingest("").status == 0)
            #expect(try await catalog.value("select product_name from catalog.products") == "Głośnik")
            try await catalog.succeed("vendor", "encoding", "V001")
            let german = try catalog.folder.write(
                Array(Self.header.utf8) + Array("P2,Gr".utf8) + [0xFC] + Array("n,Audio,S2,1,1\n".utf8),
                to: "german.csv")
            let guessed = try await catalog.run("ingest", german, "--vendor", "V001")
            #expect(guessed.output.contains("encoding  windows-1252, a guess"), "\(guessed)")
            let mails = try FileManager.default.contentsOfDirectory(atPath: catalog.folder.file("mail"))
            let texts = try mails.map {
                try String(contentsOfFile: catalog.folder.file("mail/\($0)"), encoding: .utf8)
            }
            #expect(texts.contains { $0.contains("Encoding: windows-1252, which is a guess.") })
        }
    }

    @Test("A vendor's text does not drive the operator's terminal")
    func terminal() async throws {
        try await CatalogBinary.with { catalog in
            try await catalog.prepare()
            let hostile = "\u{1B}]0;owned\u{7}\u{1B}[31mHome\u{202E}"
            let file = try catalog.folder.write(
                Self.header + "P1,N,\(hostile),S1,1,1\nP2,N,Audio,S2,1,1\n", to: "hostile.csv")
            let line = try await catalog.ingest(file)
            let missing = try catalog.folder.write("sku,\(hostile)\n1,2\n", to: "\(hostile).csv")
            let outputs = [
                try await catalog.run("upload", "errors", line.uploadId),
                try await catalog.run("upload", "errors", line.uploadId, "--json"),
                try await catalog.run("upload", "show", line.uploadId), try await catalog.run("upload", "list"),
                try await catalog.run("ingest", missing, "--vendor", "V001"),
                try await catalog.run("category", "remove", hostile), try await catalog.run(hostile),
                try await catalog.run("ingest", "\(hostile)", "--vendor", "V001"),
            ]
            for output in outputs {
                let text = output.output + output.error
                #expect(
                    !text.isEmpty && !text.contains("\u{1B}") && !text.contains("\u{7}") && !text.contains("\u{202E}"),
                    "\(text)")
            }
            #expect(outputs[0].output.contains("<U+001B>]0;owned<U+0007>"))
        }
    }
}
