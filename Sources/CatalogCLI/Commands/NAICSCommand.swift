import ArgumentParser
import Enrichment
import Foundation
import Postgres
import Storage
import Tabular

struct NAICSCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "naics", abstract: "Load and search the industry classification that provider naics answers from.",
        subcommands: [Import.self, Search.self])

    struct Import: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "import",
            abstract: "Load the files of the Census Bureau.",
            discussion: """
                The table of codes and the index of phrases, as https://www.census.gov/naics publishes them, saved as CSV. The
                table goes first. Loading a file again replaces what it says.

                Example: catalog naics import naics_2022.csv 2022_NAICS_Index_File.csv
                """)

        @Argument(help: "CSV files.", completion: .file())
        var files: [String]

        @Flag(help: "Print JSON, one object for each file.")
        var json = false

        private struct Line: Encodable {
            var file: String
            var kind: String
            var rows: Int
            /// Entries without a code of their own.
            var skipped: Int

            var sentence: TerminalText {
                "\(file): \(rows.grouped) \(kind), \(skipped.grouped) entries without a code of their own"
            }
        }

        var actionObject: String? { files.joined(separator: " ") }

        func run() async throws {
            let sources = try files.map { (path: $0, file: try LocalFile(path: $0)) }
            try await Composition().withConnection { connection in
                for (path, file) in sources {
                    let outcome: NAICSImport.Outcome
                    do {
                        let spool = try ContactSpool.read(file, limits: FileLimits())
                        outcome = try await connection.transaction { try NAICSImport().load(spool, $0) }
                    } catch let failure as EnrichmentFailure {
                        throw CommandFailure("cannot import '\(path)': \(failure)")
                    }
                    let line = Line(
                        file: path, kind: outcome.kind == .codes ? "codes" : "phrases", rows: outcome.rows,
                        skipped: outcome.skipped)
                    if json { try JSONOutput.print(line) } else { print(line.sentence) }
                }
            }
        }
    }

    struct Search: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "search", abstract: "Find the codes that match some words.",
            discussion: "Example: catalog naics search soybean farming")

        @Argument(help: "Words.")
        var words: [String]

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let question = words.joined(separator: " ")
            let matches = try await Composition().withConnection { connection in
                try await connection.run { try $0.naicsMatches(question) }
            }
            if json { return try JSONOutput.print(matches) }
            guard !matches.isEmpty else {
                throw CommandFailure(
                    "nothing found for '\(question)': try other words, or import the tables first: catalog naics import"
                )
            }
            var table = Table("CODE", "TITLE", "SECTOR", "CONFIDENCE")
            for match in matches {
                table.add(
                    match.code, match.title, "\(match.sector) \(match.sectorTitle)", "\(Int(match.confidence * 100))%")
            }
            print(table.rendered(Style()))
        }
    }
}
