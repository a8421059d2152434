import ArgumentParser
import Catalog
import Foundation
import Ingest
import Postgres
import Storage

extension RuleCommand {
    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "test",
            abstract: "Try a rule on a file before it is kept, or those in use.",
            discussion: """
                The file is read as an ingest of the vendor would read it; nothing is loaded or recorded. Exit code 0 if no row breaks a rule
                of severity error, 2 if some do.

                Examples:
                  catalog rule test products.csv --vendor ACME --column price --minimum 5
                  catalog rule test products.csv --vendor ACME
                """)

        @Argument(help: "The file.", completion: .file())
        var path: String

        @Option(help: "Whose file it is.")
        var vendor: String

        @OptionGroup var options: RuleOptions

        @Option(name: .customLong("map"), help: "JSON file that maps the file's columns to ours.", completion: .file())
        var mapping: String?

        @Option(help: "As for catalog ingest.")
        var mode: UploadMode = .create

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let rules = options.isGiven ? [StoredRule("tried", try options.rule(for: nil))] : nil
            let map = try mapping.map { try MappingFile.read($0, for: mode) }
            let (source, composition) = (try LocalFile.open(path), try Composition())
            let upload = Upload(
                uploadID: "", vendorID: vendor, fileName: path, mode: mode, policy: .loadValid, objectKey: path)
            let trial: RuleTrial
            do {
                trial = try await composition.withConnection { connection in
                    try await composition.pipeline(connection).tryRules(rules, on: upload, from: source, mapping: map)
                }
            } catch let failure as UploadFailure {
                throw CommandFailure("cannot try '\(path)': \(failure.message)")
            }
            if json { try JSONOutput.print(trial) } else { print(Self.text(trial, Style())) }
            let isBroken = trial.findings.contains { $0.rows > 0 && $0.severity == CustomRule.Severity.error.rawValue }
            if isBroken { throw ExitCode(2) }
        }

        private static func text(_ trial: RuleTrial, _ style: Style) -> TerminalText {
            guard !trial.findings.isEmpty else { return "no rules for these rows: catalog rule add NAME --column …" }
            var table = Table("RULE", "SEVERITY", "ROWS", "ROW", "LINE", "WHAT")
            for finding in trial.findings {
                table.add(
                    finding.rule, finding.severity, "\(finding.rows.grouped) of \(trial.rows.grouped)", nil, nil,
                    finding.rows == 0 ? "all rows meet it" : nil)
                for one in finding.first {
                    table.add("", "", "", String(one.rowNumber), String(one.lineNumber), one.message)
                }
            }
            return table.rendered(style)
        }
    }
}
