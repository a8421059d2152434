import ArgumentParser
import Catalog
import Foundation
import Postgres
import Text

struct RuleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rule",
        abstract: "Keep rules of your own about the rows of files.",
        discussion: """
            Beside the seven rules, which nothing weakens, a row has to meet those that are kept for its vendor, its category or for all.
            Try a rule on a file before it is kept. What a rule may say is in docs/guides/rules.md.

            Examples:
              catalog rule test products.csv --vendor ACME --column brand --required
              catalog rule add brand-is-given --column brand --required --severity warning
              catalog rule add sku-form --vendor ACME --column sku --pattern '[A-Z]{2}-[0-9]+' --message 'SKUs look like AB-12'
              catalog rule add former-price --column compare_at_price --compare '>' --with price
            """,
        subcommands: [Add.self, List.self, Show.self, Test.self, Remove.self])

    struct Add: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Keep a rule, or a new version of it; uploads name the versions that they had to meet.",
            discussion: "Example: catalog rule add unit --column unit --one-of pcs --one-of kg")

        @Argument(help: "Its name: letters, digits, '_', '-' and '.'.")
        var name: String

        @Option(help: "Only this vendor's files; everybody's if omitted.")
        var vendor: String?

        @OptionGroup var options: RuleOptions

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { name }

        func run() async throws {
            let rule = try options.rule(for: vendor)
            let (kept, isNew) = try await Composition().withConnection { connection in
                try await RuleCommand.explaining(name, rule) {
                    try await connection.transaction { try $0.putRule(name, rule) }
                }
            }
            if json { return print("\(JSONOutput.escaped(JSONWriter.rule(kept)))") }
            print("rule \(name): version \(kept.version)\(isNew ? "" : ", which it had already")")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Show the rules in use.")

        @Option(help: "Only those that this vendor's files have to meet.")
        var vendor: String?

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let rules = try await Composition().withConnection { connection in
                try await connection.run { try $0.rules(vendorID: vendor) }
            }
            if json {
                let all = rules.map(JSONWriter.rule).joined(separator: ",")
                return print("\(JSONOutput.escaped("[\(all)]"))")
            }
            var table = Table("RULE", "VERSION", "VENDOR", "CATEGORY", "SEVERITY", "WHAT", "BY")
            for one in rules {
                table.add(
                    one.name, String(one.version), one.rule.vendorID ?? "all", one.rule.category ?? "all",
                    one.rule.severity.rawValue, one.rule.message ?? one.rule.words, one.createdBy)
            }
            print(rules.isEmpty ? "no rules: catalog rule add NAME --column …" : table.rendered(Style()))
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Print a rule as JSON.",
            discussion: "Example: catalog rule show sku-form > sku-form.json")

        @Argument(help: "Its name.")
        var name: String

        @Option(name: .customLong("version"), help: "A former version instead of the one in use.")
        var number: Int?

        func run() async throws {
            let found = try await Composition().withConnection { connection in
                try await connection.run { try $0.rule(name, version: number) }
            }
            guard let found else { throw RuleCommand.unknown(name) }
            print("\(JSONOutput.escaped(found.json))")
        }
    }

    struct Remove: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Take a rule out of use; its versions stay in the history.")

        @Argument(help: "Its name.")
        var name: String

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { name }

        private struct Removal: Encodable {
            var name: String
            var removed = true
        }

        func run() async throws {
            let existed = try await Composition().withConnection { connection in
                try await connection.transaction { try $0.removeRule(name) }
            }
            guard existed else { throw RuleCommand.unknown(name) }
            if json { return try JSONOutput.print(Removal(name: name)) }
            print("rule \(name) is not used any more")
        }
    }

    static func unknown(_ name: String) -> CommandFailure {
        CommandFailure("no rule '\(name)': catalog rule list shows all")
    }

    private static func explaining<Result>(
        _ name: String, _ rule: CustomRule, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch let error as PostgresError where error.constraint == "rules_vendor_exists" {
            throw CommandFailure("no vendor '\(rule.vendorID ?? "")': catalog vendor list shows all")
        } catch let error as PostgresError where error.constraint == "rules_category_exists" {
            throw CommandFailure("no category '\(rule.category ?? "")': catalog category list shows all")
        } catch let error as PostgresError
            where error.constraint == "rules_name_is_plain" || error.sqlState == "22001"
        {
            throw CommandFailure(
                "'\(name)' cannot be the name of a rule: begin with a letter or digit, then use letters, digits, '_', '-' and '.', at most 100"
            )
        }
    }
}

extension JSONWriter {
    /// A rule with its version.
    fileprivate static func rule(_ stored: StoredRule) -> String {
        var json = JSONWriter()
        json.object { json in
            json.string("name", stored.name)
            json.number("version", stored.version)
            json.key("rule")
            json.raw(stored.json)
            json.string("createdBy", stored.createdBy)
            json.string("createdAt", stored.createdAt)
        }
        return json.text
    }
}
