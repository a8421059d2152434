import ArgumentParser
import Migrations

struct MigrateLintCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract:
            "Name statements in pending migrations that lock, rewrite or break what is in use; exit code 1 for errors.",
        discussion: """
            Each comes with the safe way to write it. A file may say why it does it all the same, in a comment at its top:
            -- catalog: allow RULE: why. 'migrate up' refuses errors, too.

            Example: catalog migrate lint --directory sql/migrations --all
            """)

    @OptionGroup var source: MigrateSource

    @Flag(help: "Look at every file, without a database.")
    var all = false

    @Flag(help: "Print JSON, one object per finding.")
    var json = false

    private struct Line: Encodable {
        var file: String
        var line: Int
        var rule: String
        var error: Bool
        var statement: String
        var remedy: String
        var allowed: String?

        init(_ finding: LintFinding) {
            file = finding.file
            line = finding.line
            rule = finding.rule.rawValue
            error = finding.isError
            statement = finding.statement
            remedy = finding.rule.remedy
            allowed = finding.allowed
        }
    }

    func run() async throws {
        let migrations = all ? try source.files().migrations : try await source.migrator().status().pending
        let findings = MigrationLint.findings(migrations)
        for finding in findings {
            if json { try JSONOutput.print(Line(finding)) } else { print(finding) }
        }
        let errors = findings.count(where: \.isError)
        guard errors == 0 else {
            throw CommandFailure("\(errors.counting("dangerous statement")) in \(migrations.count.counting("file"))")
        }
        if !json { print("no dangerous statement in \(migrations.count.counting("file"))") }
    }
}
