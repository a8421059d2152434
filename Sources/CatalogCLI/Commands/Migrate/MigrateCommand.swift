import ArgumentParser
import Foundation
import Migrations

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring the database schema to the version of this binary, and back.",
        discussion: """
            The migrations are inside the binary. Each file runs in one transaction with its record, so that a failed one
            leaves no trace; several migrators may run at once, and one that was killed is simply run again. The owner of the
            database may migrate, no superuser is needed.

            Examples:
              catalog migrate status
              catalog migrate up --dry-run
              catalog migrate up
              catalog migrate down --to 3
              catalog migrate up --directory ../shop/sql --set owner=shop_owner
            """,
        subcommands: [
            Up.self, Down.self, State.self, MigrateVerifyCommand.self, MigrateLintCommand.self, New.self, Baseline.self,
        ])

    struct Up: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "up", abstract: "Apply the pending migrations, and repair roles, owners, grants and policies.",
            discussion: """
                Refused while a process of the service is at work that a pending migration does not work with, and for
                statements that 'catalog migrate lint' calls dangerous.

                Example: catalog migrate up --target 14
                """)

        @OptionGroup var source: MigrateSource

        @Option(name: [.customLong("target"), .customLong("to")], help: "Stop after this version.")
        var target: Int?

        @Flag(help: "Run them and roll back; with a file among them that runs outside a transaction, list them.")
        var dryRun = false

        @Flag(help: "Print JSON, one object per migration.")
        var json = false

        func run() async throws {
            let migrator = try await source.migrator(report: MigrateProgress.printer(json: json))
            let done = try await migrator.up(to: target, dryRun: dryRun)
            if json { return try done.map { MigrationLine($0, dryRun: dryRun) }.forEach(JSONOutput.print) }
            let verb = dryRun ? "would be applied" : "applied"
            print(done.isEmpty ? "nothing to do: the schema is current" : "\(done.count.counting("migration")) \(verb)")
        }
    }

    struct Down: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "down", abstract: "Undo the newest migration, or several.",
            discussion: """
                Tables that are dropped take their rows with them.

                Example: catalog migrate down --target 13 --dry-run
                """)

        @OptionGroup var source: MigrateSource

        @Option(help: "Number of migrations to undo; 1 if neither this nor --target is given.")
        var steps: Int?

        @Option(
            name: [.customLong("target"), .customLong("to")],
            help: "Undo everything newer than this version; 0 undoes everything.")
        var target: Int?

        @Flag(help: "Run them and roll back; with a file among them that runs outside a transaction, list them.")
        var dryRun = false

        @Flag(help: "Print JSON, one object per migration.")
        var json = false

        func validate() throws {
            guard steps == nil || target == nil else { throw ValidationError("use either --steps or --target") }
        }

        func run() async throws {
            let migrator = try await source.migrator(report: MigrateProgress.printer(json: json))
            let extent = target.map { Migrator.Undo.to(version: $0) } ?? .steps(steps ?? 1)
            let done = try await migrator.down(extent, dryRun: dryRun)
            if json { return try done.map { MigrationLine($0, dryRun: dryRun) }.forEach(JSONOutput.print) }
            print("\(done.count.counting("migration")) \(dryRun ? "would be undone" : "undone")")
        }
    }

    struct State: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status",
            abstract: "Show applied and pending migrations: when, by whom, how long, by which catalog.",
            discussion: "Example: catalog migrate status --json")

        @OptionGroup var source: MigrateSource

        @Flag(help: "Print JSON, one object per migration.")
        var json = false

        func run() async throws {
            let migrator = try await source.migrator()
            let plan = try await migrator.status()
            let repeatables = try await migrator.repeatables()
            let lines =
                plan.applied.map(StatusLine.init) + plan.pending.map(StatusLine.init)
                + repeatables.applied.map(StatusLine.init) + repeatables.pending.map(StatusLine.init)
            if json { return try lines.forEach(JSONOutput.print) }
            var table = Table("MIGRATION", "APPLIED", "BY", "WITH", "MS", "WORKS WITH")
            for line in lines {
                table.add(
                    line.migration, line.appliedAt ?? "pending", line.appliedBy, line.appliedWith,
                    line.milliseconds.map(String.init), line.worksWith.map(String.init))
            }
            print(table.rendered(Style()))
        }
    }

    struct New: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "new", abstract: "Make the files of a new migration.",
            discussion: "Example: catalog migrate new add_brands")

        @Argument(help: "The name: verb_object, in lower case.")
        var name: String

        @Option(name: [.customLong("directory"), .customLong("folder")], help: "The folder of the files.")
        var directory = "sql/migrations"

        @Flag(help: "Print JSON.")
        var json = false

        func run() throws {
            let files = try MigrationSet.newFile(named: name, in: URL(fileURLWithPath: directory)).map(\.relativePath)
            if json { return try JSONOutput.print(["files": files]) }
            for file in files { print("\(file)") }
        }
    }

    struct Baseline: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "baseline",
            abstract: "Record migrations as applied without running them, for a schema that was made another way.",
            discussion: "Example: catalog migrate baseline 13")

        @OptionGroup var source: MigrateSource

        @Argument(help: "The last version that the database already has.")
        var version: Int

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let done = try await source.migrator().baseline(version)
            if json { return try JSONOutput.print(["recorded": done.count]) }
            print("\(done.count.counting("migration")) recorded as applied")
        }
    }
}

/// A line of `migrate up --json` and `migrate down --json`.
private struct MigrationLine: Encodable {
    var migration: String
    var version: Int
    var dryRun: Bool

    init(_ migration: Migration, dryRun: Bool) {
        self.migration = migration.label
        version = migration.version
        self.dryRun = dryRun
    }
}

/// A line of `migrate status`.
private struct StatusLine: Encodable {
    var migration: String
    var appliedAt: String?
    var appliedBy: String?
    var appliedWith: String?
    var milliseconds: Int?
    var baseline: Bool?
    var worksWith: Int?

    init(_ row: AppliedRepeatable) {
        migration = row.name
        appliedAt = row.appliedAt
        appliedBy = row.appliedBy
        appliedWith = row.appliedWith
        milliseconds = row.duration
    }

    init(_ pending: RepeatableMigration) {
        migration = pending.name
    }

    init(_ row: AppliedMigration) {
        migration = row.label
        appliedAt = row.appliedAt
        appliedBy = row.appliedBy
        appliedWith = row.appliedWith
        milliseconds = row.duration
        baseline = row.isBaseline
        worksWith = row.worksWith
    }

    init(_ pending: Migration) {
        migration = pending.label
        worksWith = pending.worksWith
    }
}
