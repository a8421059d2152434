import ArgumentParser
import Catalog
import Foundation
import Postgres

@main
struct CatalogCommand: AsyncParsableCommand {
    static let release = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "catalog",
        abstract:
            "Data onboarding beside PostgreSQL: vendors' CSV files become products, errors and history; lists are enriched; small objects are archived.",
        discussion: """
            Without CATALOG_DATABASE_URL, a private PostgreSQL is created and started under .catalog.

            First steps:
              catalog demo
              catalog vendor add VEND001 --name 'Acme Audio' --email uploads@acme.example
              catalog category add Electronics Audio
              catalog ingest products.csv --vendor VEND001
              catalog psql -c 'select * from audit.uploads'
            """,
        version: "\(release) (\(BuildCommit.text))",
        subcommands: [
            DemoCommand.self, IngestCommand.self, ServeCommand.self, WorkerCommand.self, HealthCommand.self,
            TemplateCommand.self, ExportCommand.self, UploadCommand.self, VendorCommand.self, MappingCommand.self,
            RuleCommand.self,
            CategoryCommand.self,
            TokenCommand.self, RouteCommand.self, EnrichCommand.self,
            ProviderCommand.self, NAICSCommand.self, RelayCommand.self, JobsCommand.self, ChangesCommand.self,
            AuditCommand.self, RetentionCommand.self,
            MigrateCommand.self, PsqlCommand.self, PostgresCommand.self, ReferenceCommand.self,
        ])

    static func main() async {
        // A reader that went away (`catalog upload list | head`) does not end the process by a signal in the middle of a load.
        signal(SIGPIPE, SIG_IGN)
        for warning in UnknownVariables.warnings(ProcessInfo.processInfo.environment) {
            say("catalog: \(TerminalText(lines: warning))", to: .standardError)
        }
        do {
            var command = try parseAsRoot()
            if let asyncCommand = command as? any AsyncParsableCommand {
                nonisolated(unsafe) var asyncCommand = asyncCommand  // because this task alone has it
                try await TransactionContext.$current.withValue(context(of: command)) {
                    try await asyncCommand.run()
                }
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            say("catalog: \(TerminalText(lines: failure.description))", to: .standardError)
            exit(withCode: failure.code)
        } catch  where exitCode(for: error) == .failure && !(error is ExitCode) {
            // What a command threw: the parser's own errors have other codes.
            say("catalog: \(TerminalText(lines: "\(error)"))", to: .standardError)
            exit(withCode: ExitCode.failure.rawValue)
        } catch {
            // Help, or a wrong argument, which may be the name of a file.
            let code = exitCode(for: error)
            let message = fullMessage(for: error)
            if !message.isEmpty {
                say(TerminalText(lines: message), to: code.isSuccess ? .standardOutput : .standardError)
            }
            if !code.isSuccess, let hint = CommandHint.hint(Array(CommandLine.arguments.dropFirst()), Self.self) {
                say(TerminalText(lines: hint), to: .standardError)
            }
            exit(withCode: code.rawValue)
        }
    }

    private static func say(_ line: TerminalText, to handle: FileHandle) {
        handle.write(Data((line.text + "\n").utf8))
    }

    private static func exit(withCode code: Int32) -> Never { Foundation.exit(code) }
}
