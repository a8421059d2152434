import ArgumentParser
import Foundation
import Postgres

struct PsqlCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "psql",
        abstract: "Open psql on the configured or the embedded database.",
        discussion: """
            All arguments go to psql. Times are read and shown in UTC, unless PGTZ says otherwise.

            Examples:
              catalog psql
              catalog psql -c 'select * from audit.vendor_quality'
              catalog psql -f sql/queries/who_changed_this_price.sql -v vendor=VEND001 -v product=PROD0005
            """)

    @Argument(parsing: .captureForPassthrough, help: "Arguments of psql.")
    var arguments: [String] = []

    func run() async throws {
        if ["--help", "-h", "-?"].contains(arguments.first) {
            print(TerminalText(lines: CatalogCommand.helpMessage(for: Self.self)))
            return
        }
        let composition = try Composition()
        try await composition.connect().close()
        let environment = try ConnectionInfo.environment(of: try await composition.database.conninfo())
        for (name, value) in environment { setenv(name, value, 1) }
        // Whoever wants another time zone says so.
        setenv("PGTZ", "UTC", 0)
        let words = ["psql"] + arguments
        let pointers = words.map { strdup($0) } + [nil]
        // As psql has it when it is called by itself: a reader that goes away ends it.
        signal(SIGPIPE, SIG_DFL)
        execvp("psql", pointers)
        throw CommandFailure(
            "cannot start psql: \(String(cString: strerror(errno))); install it: apt-get install postgresql-client")
    }
}
