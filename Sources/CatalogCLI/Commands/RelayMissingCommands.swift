import ArgumentParser
import Postgres
import Relay

extension RelayCommand {
    struct Missing: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "missing", abstract: "List the objects that are in no archive, and why.",
            discussion: """
                gone and altered: deleted or replaced before it was read. unreadable: its store refused it again and again, though
                not the others of its bucket. waiting: refused, and tried again.

                Examples:
                  catalog relay missing
                  catalog relay missing 2026-11-21T16:50:00Z --json
                """)

        @Argument(help: "A window, by its beginning; without it, all windows.")
        var window: WindowTime?

        @Option(help: "Maximum number of objects.")
        var limit = 100

        @Flag(help: "Print JSON.")
        var json = false

        func validate() throws {
            guard (1...100_000).contains(limit) else {
                throw ValidationError("--limit is \(limit): expected 1 to 100000")
            }
        }

        func run() async throws {
            let objects = try await Composition().withConnection { connection in
                try await connection.run { try $0.missingObjects(of: window, limit: limit) }
            }
            if json { return try JSONOutput.print(objects) }
            guard !objects.isEmpty else { return print("no object is missing") }
            var table = Table("WINDOW", "OBJECT", "STATE", "TRIES", "WHY")
            for object in objects {
                table.add(
                    object.window, "s3://\(object.bucket)/\(object.key)", object.state, object.tries.grouped,
                    object.problem)
            }
            print(table.rendered(Style()))
        }
    }

    struct Retry: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "retry", abstract: "Look again for objects that are in no archive.",
            discussion: """
                What is found is delivered in an archive of its own; the others of the window stay as they are.

                Examples:
                  catalog relay retry 2026-11-21T16:50:00Z
                  catalog relay retry --all
                """)

        @Argument(help: "A window, by its beginning.")
        var window: WindowTime?

        @Flag(help: "All windows that lack objects.")
        var all = false

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { window?.description }

        func validate() throws {
            guard all != (window != nil) else { throw ValidationError("give one window, or --all") }
        }

        func run() async throws {
            let windows = try await Composition().withConnection { connection in
                try await connection.transaction { try $0.retryMissing(of: window) }
            }
            if json { return try JSONOutput.print(["windows": windows.map(\.description)]) }
            if let window, windows.isEmpty {
                throw CommandFailure(
                    "window \(window) was not done, or lacks no object: catalog relay missing shows those that do")
            }
            print("looking again in \(windows.count.counting("window")): catalog relay missing shows what is left")
        }
    }

    struct Skip: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "skip", abstract: "Give up the objects that keep a window waiting.",
            discussion: """
                They become unreadable at once, with an alert, and the rest of the window goes on; catalog relay retry looks for them
                again.

                Example: catalog relay skip 2026-11-21T16:50:00Z
                """)

        @Argument(help: "A window, by its beginning.")
        var window: WindowTime

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { "\(window)" }

        func run() async throws {
            let count = try await Composition().withConnection { connection in
                try await connection.transaction { try $0.skipRefused(of: window) }
            }
            if json { return try JSONOutput.print(["skipped": count]) }
            guard count > 0 else {
                throw CommandFailure(
                    "window \(window) waits for no object: catalog relay missing shows those that are refused")
            }
            print("gave up \(count.counting("object")) of window \(window)")
        }
    }
}
