import ArgumentParser
import Foundation
import Migrations
import Postgres

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring the database schema to the version of this binary, and back.",
        discussion: """
            The migrations are inside the binary. Each file runs in one transaction with its record, so that a failed one
            leaves no trace; several migrators may run at once. The owner of the database may migrate; no superuser is needed.

            Examples:
              catalog migrate status
              catalog migrate up --dry-run
              catalog migrate up
              catalog migrate down --to 3
            """,
        subcommands: [Up.self, Down.self, State.self, Verify.self, New.self, Baseline.self])

    struct Up: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Apply the pending migrations.")

        @Option(help: "Stop after this version.")
        var to: Int?

        @Flag(help: "Run them and roll back.")
        var dryRun = false

        func run() async throws {
            let migrator = try await MigrateCommand.migrator(showsProgress: true)
            let done = try await migrator.up(to: to, dryRun: dryRun)
            let verb = dryRun ? "would be applied" : "applied"
            print(done.isEmpty ? "nothing to do: the schema is current" : "\(done.count.counting("migration")) \(verb)")
        }
    }

    struct Down: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Undo the newest migration, or several.",
            discussion: "Tables that are dropped take their rows with them.")

        @Option(help: "Number of migrations to undo; 1 if neither this nor --to is given.")
        var steps: Int?

        @Option(help: "Undo everything newer than this version; 0 undoes everything.")
        var to: Int?

        @Flag(help: "Run them and roll back.")
        var dryRun = false

        func validate() throws {
            guard steps == nil || to == nil else { throw ValidationError("use either --steps or --to") }
        }

        func run() async throws {
            let migrator = try await MigrateCommand.migrator(showsProgress: true)
            let extent = to.map { Migrator.Undo.to(version: $0) } ?? .steps(steps ?? 1)
            let done = try await migrator.down(extent, dryRun: dryRun)
            print("\(done.count.counting("migration")) \(dryRun ? "would be undone" : "undone")")
        }
    }

    struct State: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Show applied and pending migrations.")

        @Flag(help: "Print JSON, one object per migration.")
        var json = false

        private struct Line: Encodable {
            var migration: String
            var appliedAt: String?
            var appliedBy: String?
            var milliseconds: Int?
            var baseline: Bool?
        }

        func run() async throws {
            let plan = try await MigrateCommand.migrator().status()
            let lines =
                plan.applied.map {
                    Line(
                        migration: $0.label, appliedAt: $0.appliedAt, appliedBy: $0.appliedBy,
                        milliseconds: $0.duration, baseline: $0.isBaseline)
                } + plan.pending.map { Line(migration: $0.label) }
            if json { return try lines.forEach(JSONOutput.print) }
            var table = Table("MIGRATION", "APPLIED", "BY", "MS")
            for line in lines {
                table.add(
                    line.migration, line.appliedAt ?? "pending", line.appliedBy, line.milliseconds.map(String.init))
            }
            print(table.rendered(Style()))
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare the applied migrations with those of this binary; exit code 1 if they differ.")

        func run() async throws {
            let problems = try await MigrateCommand.migrator().verify()
            guard problems.isEmpty else { throw CommandFailure(problems.map(\.description).joined(separator: "\n")) }
            print("every applied migration is that of this binary")
        }
    }

    struct New: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make the files of a new migration.", discussion: "Example: catalog migrate new add_brands")

        @Argument(help: "The name: verb_object, in lower case.")
        var name: String

        @Option(help: "The folder of the files.")
        var folder = "sql/migrations"

        func run() throws {
            for file in try MigrationSet.newFile(named: name, in: URL(fileURLWithPath: folder)) {
                print(file.relativePath)
            }
        }
    }

    struct Baseline: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Record migrations as applied without running them, for a schema that was made another way.")

        @Argument(help: "The last version that the database already has.")
        var version: Int

        func run() async throws {
            let done = try await MigrateCommand.migrator().baseline(version)
            print("\(done.count.counting("migration")) recorded as applied")
        }
    }

    private static func migrator(showsProgress: Bool = false) async throws -> Migrator {
        let composition = try Composition()
        return try composition.migrator(try await composition.database.conninfo()) { event in
            if showsProgress { print(words(event)) }
        }
    }

    private static func words(_ event: MigrationEvent) -> String {
        switch event {
        case .waitingForAnotherMigrator: "waiting for another migrator"
        case .retrying(let file, let attempt, let total):
            "\(file): a table is locked, attempt \(attempt) of \(total) gave way"
        case .running(let file): "\(file) …"
        case .finished(let file, let milliseconds): "\(file) done in \(milliseconds) ms"
        case .onlyListed(let file): "\(file) runs outside a transaction: the files are only listed"
        }
    }
}
