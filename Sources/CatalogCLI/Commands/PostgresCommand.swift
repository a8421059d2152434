import ArgumentParser
import Postgres

struct PostgresCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "postgres",
        abstract: "Start, stop and look at the embedded database (.catalog/postgres).",
        discussion:
            "Every command starts it when CATALOG_DATABASE_URL is not set; it keeps running until it is stopped.",
        subcommands: [Start.self, Stop.self, State.self])

    struct Start: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "start", abstract: "Start it; create and migrate it if it is new.")

        func run() async throws {
            let composition = try PostgresCommand.embedded()
            try await composition.connect().close()
            print("\(try await composition.database.conninfo())")
        }
    }

    struct Stop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "stop", abstract: "Stop it. The data stays.")

        func run() async throws {
            try await PostgresCommand.embedded().database.embedded.stop()
            print("stopped")
        }
    }

    struct State: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Show whether it is running, and how to connect.")

        @Flag(help: "Print JSON.")
        var json = false

        private struct Line: Encodable {
            var state: String
            var pid: Int?
            var conninfo: String?
        }

        func run() async throws {
            let (line, sentence): (Line, TerminalText) =
                switch try await PostgresCommand.embedded().database.embedded.status() {
                case .notCreated: (Line(state: "not created"), "not created: any command creates it")
                case .stopped: (Line(state: "stopped"), "stopped: any command starts it")
                case .running(let pid, let conninfo):
                    (Line(state: "running", pid: Int(pid), conninfo: conninfo), "running, pid \(pid): \(conninfo)")
                }
            if json { try JSONOutput.print(line) } else { print(sentence) }
        }
    }

    private static func embedded() throws -> Composition {
        let composition = try Composition()
        guard composition.settings.isEmbedded else {
            throw CommandFailure("CATALOG_DATABASE_URL is set: there is no embedded database; unset it to use one")
        }
        return composition
    }
}
