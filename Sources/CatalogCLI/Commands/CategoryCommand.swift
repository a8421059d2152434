import ArgumentParser
import Catalog
import Foundation
import Ingest
import Postgres
import Storage
import Text

struct CategoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "category", abstract: "Approve, list and withdraw product categories (rule 4).",
        subcommands: [Add.self, List.self, Remove.self, Import.self])

    struct Add: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Approve categories.",
            discussion: "Example: catalog category add Electronics 'Home & Garden'")

        @Argument(help: "The names, exactly as vendors write them.")
        var names: [String]

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { nil }

        func run() async throws { try await CategoryCommand.add(names).show(json: json) }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Show all categories.")

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let categories = try await Composition().withConnection { try await $0.run { try $0.categories() } }
            if json { return try JSONOutput.print(categories) }
            var table = Table("CATEGORY", "ACTIVE", "PRODUCTS")
            for category in categories {
                table.add(category.name, category.isActive ? "yes" : "no", category.products.grouped)
            }
            print(table.rendered(Style()))
        }
    }

    struct Remove: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Take a category off the whitelist; its products stay.")

        @Argument(help: "The category.")
        var name: String

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { name }

        func run() async throws {
            let isKnown = try await Composition().withConnection { connection in
                try await connection.transaction { try $0.deactivateCategory(name) }
            }
            guard isKnown else { throw CommandFailure("no category '\(name)': catalog category list shows all") }
            if json { return try JSONOutput.print(["name": name, "status": "inactive"]) }
            print("category \(name) is inactive")
        }
    }

    struct Import: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "import",
            abstract: "Approve the categories of a file.",
            discussion: """
                The file is a table with a column category_name or category, as catalog ingest reads one (CSV, Excel, JSON; a vendor file
                will do), or plain text with one name per line. With --map, the categories are those that the mapping makes of another
                system's export.

                Examples:
                  catalog category import categories.csv
                  catalog category import shopify.csv --map examples/mappings/shopify.json
                """)

        @Argument(help: "The file.", completion: .file())
        var file: String

        @Option(help: "The column that holds the names, if it has another name.")
        var column: String?

        @Option(
            name: .customLong("map"), help: "JSON file that maps the columns of another system's export to ours.",
            completion: .file())
        var mapping: String?

        @Option(help: "The sheet of a workbook; the first visible one with such a column if omitted.")
        var sheet: SheetName?

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { nil }

        func run() async throws {
            let composition = try Composition()
            let source = try LocalFile.open(file)
            let columnMapping = try mapping.map { try MappingFile.read($0) }
            let names = try CategoryFile(limits: composition.settings.limits).names(
                in: source, mapping: columnMapping, column: column, sheet: sheet?.name)
            var approval = try await CategoryCommand.add(names.names)
            approval.header = names.header
            try approval.show(json: json)
        }
    }

    /// What became of names that were given.
    private struct Approval: Encodable {
        /// Different ones.
        var names: Int
        /// Those that were not approved already.
        var added: Int
        /// The first line of a file, which was taken for no name.
        var header: String?

        func show(json: Bool) throws {
            if json { return try JSONOutput.print(self) }
            print("\(sentence)")
            guard let header else { return }
            print("the first line, '\(header)', was taken for a header: catalog category add approves it")
        }

        private var sentence: String {
            let all = names == 1 ? "1 category" : "\(names.grouped) categories"
            return switch (added, names - added) {
            case (_, 0): "\(all) added"
            case (0, 1): "the category was approved already"
            case (0, _): "none of \(all) added: they were approved already"
            case (_, 1): "\(added.grouped) of \(all) added; the other was approved already"
            default: "\(added.grouped) of \(all) added; the others were approved already"
            }
        }
    }

    private static func add(_ names: [String]) async throws -> Approval {
        let names = names.map { CanonicalKey.form($0.trimmed()) }.filter { !$0.isEmpty }
        guard let longest = names.max(by: { $0.unicodeScalars.count < $1.unicodeScalars.count }) else {
            throw CommandFailure("no category named: give at least one name")
        }
        guard longest.unicodeScalars.count <= 100 else {
            throw CommandFailure("category '\(longest.prefix(40))…' is too long: at most 100 characters")
        }
        let added = try await Composition().withConnection { connection in
            try await connection.transaction { try $0.addCategories(names) }
        }
        return Approval(names: Set(names).count, added: added)
    }
}
