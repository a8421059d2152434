import ArgumentParser
import Foundation
import Logging
import Postgres
import Upkeep

struct RetentionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retention",
        abstract: "Look at the partitions of what grows, release those whose time is over, bring one back.",
        discussion: """
            Workers make partitions ahead of time and release them by themselves; here is what they see, and the same by hand.

            Examples:
              catalog retention status
              CATALOG_RETENTION_ERRORS_DAYS=400 catalog retention run --dry-run
              catalog retention restore 17 --days 14
            """,
        subcommands: [Status.self, Run.self, Restored.self])

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Show each table in partitions, what was released, and the upkeep's alerts.",
            discussion: """
                Examples:
                  catalog retention status
                  catalog retention status --json
                """)

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let composition = try Composition()
            let status = try await composition.withConnection { connection in
                try await connection.run { try $0.retentionStatus(composition.settings.retention) }
            }
            if json { return try JSONOutput.print(status) }
            print(status.rendered(Style()))
        }
    }

    struct Run: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "run", abstract: "Make partitions ahead of time, then release those whose time is over.",
            discussion: """
                A partition of an archived table is written into CATALOG_STORE first, as a compressed CSV file, and read back. Nobody
                waits for it: long readers only delay it. A run that was cut off is taken up by the next one.

                Examples:
                  catalog retention run --dry-run
                  CATALOG_RETENTION_ERRORS_DAYS=400 catalog retention run
                """)

        @Flag(help: "Change nothing; show what would be released.")
        var dryRun = false

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { nil }
        var changesOthers: Bool { !dryRun }

        func run() async throws {
            let composition = try Composition()
            try await composition.connect().close()
            if dryRun { return try show(try await ended(composition)) }
            let pool = Pool(composition.database.connector, maximum: 2)
            let logger = Logger(label: "retention") { _ in SwiftLogNoOpLogHandler() }
            try await PartitionUpkeep(pool: pool, logger: logger).run()
            let retention = Retention(
                pool: pool, store: try composition.stores.reports(), settings: composition.settings.retention,
                logger: logger)
            let released = try await retention.run()
            await pool.close()
            try await composition.recordAction()
            try show(
                released.map { Line(table: $0.table, partition: $0.partition, from: $0.from, until: $0.until) })
        }

        struct Line: Encodable {
            var table: String
            var partition: String
            var from: String?
            var until: String
        }

        private func ended(_ composition: Composition) async throws -> [Line] {
            try await composition.withConnection { connection in
                try await connection.run { session in
                    try session.retentionStatus(composition.settings.retention).tables.flatMap { table in
                        table.ended.map {
                            Line(table: table.table, partition: $0.partition, from: $0.from, until: $0.until)
                        }
                    }
                }
            }
        }

        private func show(_ lines: [Line]) throws {
            if json { return try JSONOutput.print(lines) }
            guard !lines.isEmpty else { return print("no partition's time is over" as TerminalText) }
            var table = Table("TABLE", "PARTITION", "FROM", "UNTIL", "")
            for line in lines {
                table.add(
                    line.table, line.partition, line.from, line.until, dryRun ? "would be released" : "released")
            }
            print(table.rendered(Style()))
        }
    }

    struct Restored: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "restore",
            abstract: "Bring a released partition back into its table for a while.",
            discussion: """
                The file is read from CATALOG_STORE and must have the checksum that was recorded. Every view and query finds the rows
                again; after the days the partition is released as before.

                Examples:
                  catalog retention status
                  catalog retention restore 17
                """)

        @Argument(help: "The id that catalog retention status shows.")
        var id: Int

        @Option(help: "Days for which it stays.")
        var days = 30

        @Flag(help: "Print JSON.")
        var json = false

        func validate() throws {
            guard (1...3650).contains(days) else { throw ValidationError("--days is \(days): expected 1 to 3650") }
        }

        var actionObject: String? { String(id) }

        func run() async throws {
            let composition = try Composition()
            try await composition.connect().close()
            let pool = Pool(composition.database.connector, maximum: 1)
            let restore = Restore(pool: pool, store: try composition.stores.reports())
            do {
                let rows = try await restore.run(id, days: days)
                await pool.close()
                if json { return try JSONOutput.print(["rows": rows]) }
                print("\(rows.counting("row")) are back for \(days.counting("day"))" as TerminalText)
            } catch let refused as RestoreRefused {
                throw CommandFailure(refused.description)
            }
        }
    }
}

extension RetentionStatus {
    func rendered(_ style: Style) -> TerminalText {
        var table = Table("TABLE", "KEPT", "PARTITIONS", "BYTES", "OLDEST", "MADE UNTIL", "ENDED")
        for one in tables {
            table.add(
                one.table, one.keepDays.map { $0.counting("day") } ?? "for ever", one.partitions.grouped,
                one.bytes.grouped, one.oldest, one.madeUntil, one.ended.count.grouped)
        }
        var lines = [table.rendered(style)]
        if !releases.isEmpty {
            var list = Table("ID", "RELEASED FROM", "FROM", "UNTIL", "STATE", "ROWS", "FILE", "SHA-256")
            for one in releases {
                list.add(
                    "\(one.id)", one.table, one.from, one.until,
                    one.restoredUntil.map { "restored until \($0)" } ?? one.state.rawValue, one.rows?.grouped, one.key,
                    one.sha256)
            }
            lines += ["", list.rendered(style)]
        }
        lines += alerts.map { style.red("ALERT") + " \($0.kind) since \($0.raisedAt): \($0.detail)" }
        return lines.joined(separator: "\n")
    }
}
