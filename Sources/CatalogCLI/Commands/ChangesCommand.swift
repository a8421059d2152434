import ArgumentParser
import Catalog
import Foundation
import Postgres

struct ChangesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "changes", abstract: "Show what became of products, in the order of commits.",
        discussion: """
            Products created, changed and deleted, each with its values before and after in --json. Every event has a cursor: who keeps that
            of the last one it has dealt with, and gives it to --after, misses nothing and reads nothing twice, also after a crash, and also
            on a copy of the database that was restored from a dump.

            Examples:
              catalog changes --after now --follow --json
              catalog changes --vendor VEND001
              catalog changes --after 1842-9120-1-77003-9f0c1a2b --json
            """)

    @Option(help: ArgumentHelp("Begin behind this one; 'now' is behind all there is.", valueName: "cursor"))
    var after: String?

    @Option(help: "Only this vendor's products.")
    var vendor: String?

    @Flag(help: "Go on with what is yet to come, until it is interrupted.")
    var follow = false

    @Flag(help: "Print JSON, one object per line.")
    var json = false

    /// How often to look where notifications do not come through, as behind PgBouncer.
    private static let lookEvery = Duration.seconds(2)
    private static let pageSize = 1000

    func run() async throws {
        let composition = try Composition()
        do {
            try await composition.withConnection { connection in
                guard follow else { return _ = try await printPages(connection, after: after) }
                try await follow(connection, composition.database)
            }
        } catch let error as PostgresError where error.sqlState == "22023" {
            throw CommandFailure([error.message, error.hint].compactMap(\.self).joined(separator: ": "))
        }
    }

    private func follow(_ connection: Connection, _ database: Database) async throws {
        // Before the first look, so that nothing is missed between them.
        let news = try await Listener.listen(try await database.conninfo(), channels: [ChangeFeed.channel])
        let (wakes, wake) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for try await _ in news { wake.yield() }
                throw CommandFailure("the connection that listens for changes ended: start again with the last cursor")
            }
            group.addTask {
                while true {
                    try await Task.sleep(for: Self.lookEvery)
                    wake.yield()
                }
            }
            group.addTask {
                var cursor = try await printPages(connection, after: after)
                for await _ in wakes { cursor = try await printPages(connection, after: cursor) }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Prints all there is behind a cursor.
    /// - Returns: the cursor behind it.
    private func printPages(_ connection: Connection, after first: String?) async throws -> String? {
        var cursor = first
        while true {
            let start = cursor
            let (changes, next) = try await connection.transaction(.readOnlySnapshot) {
                try $0.changes(after: start, limit: Self.pageSize, vendor: vendor)
            }
            cursor = next
            guard !changes.isEmpty else { return cursor }
            // At once, for a reader at the other end of a pipe.
            try PipedOutput.write(changes.map { line($0) + "\n" }.joined())
        }
    }

    private func line(_ change: ProductChange) -> String {
        guard !json else { return JSONOutput.escaped(change.json) }
        let what =
            change.fields.isEmpty ? change.operation : "\(change.operation) \(change.fields.joined(separator: ", "))"
        let words = [change.seenAt, change.vendorID, change.vendorProductID, what, "by \(change.uploadID ?? "hand")"]
        return TerminalText.escaped(words.joined(separator: "  "))
    }
}
