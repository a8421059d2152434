import ArgumentParser
import Catalog
import Foundation
import Ingest
import Storage
import Text

extension MappingCommand {
    struct Suggest: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "suggest",
            abstract: "Propose a mapping for a file, from its header and its first hundred rows.",
            discussion: """
                Says where each of our columns probably comes from, and why. What is not sure is marked and left out of the file that
                --output writes, unless --unsure asks for it: look at it first.

                Examples:
                  catalog mapping suggest lager.csv
                  catalog mapping suggest lager.csv --output lager.json
                """)

        @Argument(help: "A file of the vendor, which may be gzip-compressed.", completion: .file())
        var file: String

        @Option(help: "Its encoding, by a name that iconv knows; detected if omitted.")
        var encoding: EncodingName?

        @Option(help: "Write the mapping to this file.", completion: .file())
        var output: String?

        @Flag(help: "With what is not sure.")
        var unsure = false

        @Flag(help: "Print the mapping as JSON instead of a table.")
        var json = false

        func run() async throws {
            let source = try LocalFile.open(file)
            let suggestion: MappingSuggestion
            do {
                suggestion = try MappingSuggestion(of: source, encoding: encoding?.name, limits: try Settings().limits)
            } catch let failure as UploadFailure {
                throw CommandFailure("cannot read '\(file)': \(failure.message)")
            }
            let mapping = suggestion.json(includesUnsure: unsure)
            if let output { try write(mapping, to: output) }
            if json { return print("\(JSONOutput.escaped(mapping))") }
            print(text(suggestion, Style()))
        }

        private func write(_ mapping: String, to path: String) throws {
            do {
                try Data((mapping + "\n").utf8).write(to: URL(fileURLWithPath: path))
            } catch {
                throw CommandFailure("cannot write '\(path)': \(error.localizedDescription)")
            }
        }

        private func text(_ suggestion: MappingSuggestion, _ style: Style) -> TerminalText {
            var table = Table("OURS", "FROM", "SURE", "WHY")
            for guess in suggestion.guesses {
                table.add(
                    guess.field.column, guess.columns.joined(separator: ", else "), guess.isSure ? "yes" : "look at it",
                    guess.why)
            }
            var lines: [TerminalText] = [table.rendered(style)]
            if suggestion.isOurs { lines.append("The file has our columns: it needs no mapping.") }
            let missing = suggestion.missing.map(\.column).joined(separator: ", ")
            if !missing.isEmpty {
                lines.append("Nothing was found for \(missing): add a column or a \"constant\" by hand.")
            }
            if !suggestion.unused.isEmpty { lines.append("Not used: \(suggestion.unused.joined(separator: ", ")).") }
            if let output {
                lines.append("Written to \(output): catalog mapping add VENDOR NAME \(output) --sample \(file)")
            }
            return lines.joined(separator: "\n")
        }
    }
}
