import ArgumentParser
import Migrations

struct MigrateVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compare the database with what the migrations make of one; exit code 1 if they differ.",
        discussion: """
            Compared are the applied migrations, and then tables, columns, constraints, indexes, functions, triggers, owners, grants,
            policies and roles. Partitions, and what you grant to roles of your own, are not looked at.

            Example: catalog migrate verify
            """)

    @OptionGroup var source: MigrateSource

    @Flag(help: "Print what the database consists of, as sql/migrations/fingerprint.tsv has it, and compare nothing.")
    var print = false

    @Flag(help: "Print JSON, one object per difference.")
    var json = false

    private struct Line: Encodable {
        var problem: String
    }

    func run() async throws {
        let migrator = try await source.migrator()
        if print { return Swift.print(try await migrator.fingerprint().text, terminator: "") }
        let problems = try await migrator.verify().map(\.description)
        let differences = problems.isEmpty ? try await migrator.differences() : nil
        let all = problems + (differences ?? []).map(\.description)
        if json { try all.map(Line.init).forEach(JSONOutput.print) }
        guard all.isEmpty else {
            throw CommandFailure(
                (json ? [all.count.counting("difference")] : all).joined(separator: "\n")
                    + "\nroles, owners, grants and policies are repaired by: catalog migrate up")
        }
        if !json {
            Swift.print(
                differences == nil
                    ? "every applied migration is the one of these files; "
                        + "what the tables look like is compared when the database has all of them and no more"
                    : "the database is what its migrations make")
        }
    }
}
