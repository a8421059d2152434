import ArgumentParser
import Enrichment
import Postgres

/// `catalog enrich mapping`.
struct EnrichMappingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mapping",
        abstract: "Keep which columns of lists hold which fields, under a name that requests and routes use.",
        discussion: """
            Columns that a mapping does not name are found by their names, as ever. A list is read with the version that is in use
            when it is read; a request remembers which one that was.

            Examples:
              catalog enrich mapping add crm --column email="Kontakt 2" --column company=Kunde
              catalog enrich leads.csv --provider mock --mapping crm --output enriched.csv
              catalog route add s3://acme-contacts/crm/ enrich --provider mock --mapping crm
            """,
        subcommands: [Add.self, List.self, Show.self, Remove.self])

    struct Add: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Keep a mapping, or a new version of it.",
            discussion: #"Example: catalog enrich mapping add crm --column email="Kontakt 2" --column company=Kunde"#)

        @Argument(help: "Its name: letters, digits, '_', '-' and '.'.")
        var name: String

        @Option(help: "Which column holds a field, as FIELD=COLUMN; may be given again.")
        var column: [String]

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { name }

        func validate() throws {
            guard !column.isEmpty else { throw ValidationError("give a column: --column email=\"Kontakt 2\"") }
        }

        func run() async throws {
            do {
                let columns = try ContactColumns.parsed(column)
                let (kept, isNew) = try await Composition().withConnection { connection in
                    try await connection.transaction { try $0.putContactMapping(name, columns) }
                }
                if json { return try JSONOutput.print(kept) }
                print("mapping \(name): version \(kept.version)\(isNew ? "" : ", which it had already")")
            } catch let failure as EnrichmentFailure {
                throw CommandFailure(failure.description, code: 64)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Show the mappings in use.",
            discussion: "Example: catalog enrich mapping list --json")

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let mappings = try await Composition().withConnection { try await $0.run { try $0.contactMappings() } }
            if json { return try JSONOutput.print(mappings) }
            var table = Table("MAPPING", "VERSION", "COLUMNS", "BY", "AT")
            for mapping in mappings {
                table.add(
                    mapping.name, String(mapping.version), mapping.words, mapping.createdBy, mapping.createdAt)
            }
            print(
                mappings.isEmpty
                    ? "no mappings: catalog enrich mapping add NAME --column FIELD=COLUMN" : table.rendered(Style()))
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Print a mapping as JSON.",
            discussion: "Example: catalog enrich mapping show crm")

        @Argument(help: "Its name.")
        var name: String

        func run() async throws {
            let found = try await Composition().withConnection { connection in
                try await connection.run { try $0.contactMapping(name) }
            }
            guard let found else { throw EnrichMappingCommand.unknown(name) }
            try JSONOutput.print(found)
        }
    }

    struct Remove: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Take a mapping out of use; its versions stay in enrichment.mappings.",
            discussion: "Lists of routes and requests that name it fail from now on, and say so.")

        @Argument(help: "Its name.")
        var name: String

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { name }

        func run() async throws {
            let existed = try await Composition().withConnection { connection in
                try await connection.transaction { try $0.removeContactMapping(name) }
            }
            guard existed else { throw EnrichMappingCommand.unknown(name) }
            if json { return try JSONOutput.print(["name": name]) }
            print("mapping \(name) is not used any more")
        }
    }

    private static func unknown(_ name: String) -> CommandFailure {
        CommandFailure("no mapping '\(name)': catalog enrich mapping list shows those in use")
    }
}

extension ContactMapping {
    /// `email=Kontakt 2, company=Kunde`.
    fileprivate var words: String {
        columns.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")
    }
}
