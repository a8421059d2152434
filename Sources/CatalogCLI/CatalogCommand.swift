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
        StandardStream.openAll()
        // A reader that went away (`catalog upload list | head`) does not end the process by a signal in the middle of a load.
        signal(SIGPIPE, SIG_IGN)
        for warning in UnknownVariables.warnings(ProcessInfo.processInfo.environment) {
            say("catalog: \(TerminalText(lines: warning))", to: .error)
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
            exit(withCode: ExitCode.success.rawValue)
        } catch is ClosedPipe {
            exit(withCode: ExitCode.success.rawValue)
        } catch let failure as CommandFailure {
            say("catalog: \(TerminalText(lines: failure.description))", to: .error)
            exit(withCode: failure.code)
        } catch  where exitCode(for: error) == .failure && !(error is ExitCode) {
            // What a command threw: the parser's own errors have other codes.
            say("catalog: \(TerminalText(lines: "\(error)"))", to: .error)
            exit(withCode: ExitCode.failure.rawValue)
        } catch {
            // Help, or a wrong argument, which may be the name of a file.
            let code = exitCode(for: error)
            let message = fullMessage(for: error)
            if !message.isEmpty {
                say(TerminalText(lines: message), to: code.isSuccess ? .output : .error)
            }
            if !code.isSuccess, let hint = CommandHint.hint(Array(CommandLine.arguments.dropFirst()), Self.self) {
                say(TerminalText(lines: hint), to: .error)
            }
            exit(withCode: code.rawValue)
        }
    }

    private static func say(_ line: TerminalText, to stream: StandardStream) {
        let failure = stream.write(line.text + "\n")
        guard stream == .output, failure != 0, failure != EPIPE else { return }
        say("catalog: \(StandardStream.unwritten(failure))", to: .error)
        Foundation.exit(ExitCode.failure.rawValue)
    }

    /// What a command did stays done where it cannot say so; but who called it must not take silence for its answer.
    private static func exit(withCode code: Int32) -> Never {
        guard let reason = StandardStream.unwritten() else { Foundation.exit(code) }
        say("catalog: \(reason)", to: .error)
        Foundation.exit(code == 0 ? ExitCode.failure.rawValue : code)
    }
}
