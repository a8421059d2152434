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
        static let configuration = CommandConfiguration(abstract: "Start it; create and migrate it if it is new.")

        func run() async throws {
            let composition = try PostgresCommand.embedded()
            try await composition.connect().close()
            print("\(try await composition.database.conninfo())")
        }
    }

    struct Stop: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Stop it. The data stays.")

        func run() async throws {
            try await PostgresCommand.embedded().database.embedded.stop()
            print("stopped")
        }
    }

    struct State: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Show whether it is running, and how to connect.")

        func run() async throws {
            switch try await PostgresCommand.embedded().database.embedded.status() {
            case .notCreated: print("not created: any command creates it")
            case .stopped: print("stopped: any command starts it")
            case .running(let pid, let conninfo): print("running, pid \(pid): \(conninfo)")
            }
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
