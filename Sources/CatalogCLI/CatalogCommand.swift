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
            "Data onboarding beside PostgreSQL: vendors' files (CSV, Excel, JSON) become products, errors and history; lists are enriched; small objects are archived.",
        discussion: """
            Without CATALOG_DATABASE_URL, a private PostgreSQL is created and started under .catalog. catalog --version names release and
            commit.

            First steps:
              catalog vendor add VEND001 --name 'Acme Audio' --email uploads@acme.example
              catalog category add Electronics Audio
              catalog ingest products.csv --vendor VEND001
              catalog psql -c 'select * from audit.uploads'
            """,
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
            StandardStream.error.say("catalog: \(TerminalText(lines: warning))")
        }
        // The parser's own flag would stand in the help of every command, and beside the option of those that have one of this name.
        guard Array(CommandLine.arguments.dropFirst()) != ["--version"] else {
            answer("\(release) (\(BuildCommit.text))")
            exit(withCode: ExitCode.success.rawValue)
        }
        let command: any ParsableCommand
        do {
            command = try parseAsRoot()
        } catch {
            end(parsing: error)
        }
        do {
            try await run(command)
            exit(withCode: ExitCode.success.rawValue)
        } catch is ClosedPipe {
            exit(withCode: ExitCode.success.rawValue)
        } catch {
            end(error, type(of: command))
        }
    }

    private static func run(_ command: any ParsableCommand) async throws {
        var command = command
        guard let asyncCommand = command as? any AsyncParsableCommand else { return try command.run() }
        nonisolated(unsafe) var running = asyncCommand  // because this task alone has it
        try await TransactionContext.$current.withValue(context(of: command)) { try await running.run() }
    }

    /// Help, or a wrong argument, which may be the name of a file.
    private static func end(parsing error: any Error) -> Never {
        let code = exitCode(for: error)
        let message = fullMessage(for: error)
        if !message.isEmpty {
            let text = TerminalText(lines: message)
            if code.isSuccess { answer(text) } else { StandardStream.error.say(text) }
        }
        if !code.isSuccess, let hint = CommandHint.hint(Array(CommandLine.arguments.dropFirst()), Self.self) {
            StandardStream.error.say(TerminalText(lines: hint))
        }
        exit(withCode: code.rawValue)
    }

    /// What a command threw while it ran.
    private static func end(_ error: any Error, _ command: any ParsableCommand.Type) -> Never {
        switch error {
        case let failure as CommandFailure:
            StandardStream.error.say("catalog: \(TerminalText(lines: failure.description))")
            exit(withCode: failure.code)
        case let error as ValidationError:
            // The parser would tell how the whole program is used: it knows the command only while it parses.
            let usage = """
                Error: \(error.message)
                Usage: \(usageString(for: command))
                  See 'catalog \(path(to: command) ?? "") --help' for more information.
                """
            StandardStream.error.say(TerminalText(lines: usage))
            exit(withCode: ExitCode.validationFailure.rawValue)
        case _ where error is ExitCode || exitCode(for: error) != .failure: end(parsing: error)
        default:
            StandardStream.error.say("catalog: \(TerminalText(lines: "\(error)"))")
            exit(withCode: ExitCode.failure.rawValue)
        }
    }

    private static func answer(_ text: TerminalText) {
        let failure = StandardStream.output.say(text)
        guard failure != 0, failure != EPIPE else { return }
        StandardStream.error.say("catalog: \(StandardStream.unwritten(failure))")
        Foundation.exit(ExitCode.failure.rawValue)
    }

    /// What a command did stays done where it cannot say so; but who called it must not take silence for its answer.
    private static func exit(withCode code: Int32) -> Never {
        guard let reason = StandardStream.unwritten() else { Foundation.exit(code) }
        StandardStream.error.say("catalog: \(reason)")
        Foundation.exit(code == 0 ? ExitCode.failure.rawValue : code)
    }
}
