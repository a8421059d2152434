import ArgumentParser
import Catalog
import Foundation
import Ingest
import Postgres
import Storage
import Text

struct MappingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mapping",
        abstract: "Keep how the columns of a vendor's own files become ours.",
        discussion: """
            A file is read with the mapping that it names, or with the one that a file of the same header was read with before, or with the
            vendor's default; a file with our columns needs none. The format is in docs/guides/mappings.md.

            Examples:
              catalog mapping suggest lager.csv --output lager.json
              catalog mapping add ACME lager lager.json --sample lager.csv
              catalog ingest lager.csv --vendor ACME
            """,
        subcommands: [Add.self, List.self, Show.self, Remove.self, Default.self, Suggest.self])

    struct Add: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "add",
            abstract: "Keep a mapping, or a new version of it; uploads name the version that they were read with.",
            discussion: "Example: catalog mapping add ACME shopify examples/mappings/shopify.json")

        @Argument(help: "The vendor.")
        var vendor: String

        @Argument(help: "Its name: letters, digits, '_', '-' and '.'.")
        var name: String

        @Argument(help: "JSON file of the mapping.", completion: .file())
        var file: String

        @Option(
            help:
                "A file that the mapping is for: it must fit, and files of the same header are read with it from now on.",
            completion: .file())
        var sample: String?

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { "\(vendor)/\(name)" }

        func run() async throws {
            let (text, mapping) = try MappingFile.parse(file)
            let composition = try Composition()
            let limits = composition.settings.limits
            let header = try sample.flatMap { try mapping.header(of: LocalFile(path: $0), limits: limits) }
            let (kept, isNew) = try await composition.withConnection { connection in
                try await MappingCommand.explaining(vendor, name) {
                    try await connection.transaction { session in
                        let kept = try session.putMapping(vendor, name, json: text)
                        if let header { try session.recordHeader(header, of: name, vendor) }
                        return kept
                    }
                }
            }
            if json { return print("\(JSONOutput.escaped(JSONWriter.mapping(kept)))") }
            print("mapping \(name) of \(vendor): version \(kept.version)\(isNew ? "" : ", which it had already")")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Show the mappings in use.")

        @Option(help: "Only this vendor's.")
        var vendor: String?

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let mappings = try await Composition().withConnection { try await $0.run { try $0.mappings(vendor) } }
            if json {
                let all = mappings.map(JSONWriter.mapping).joined(separator: ",")
                return print("\(JSONOutput.escaped("[\(all)]"))")
            }
            var table = Table("VENDOR", "MAPPING", "VERSION", "BY", "AT")
            for mapping in mappings {
                table.add(
                    mapping.vendorID, mapping.name, String(mapping.version), mapping.createdBy, mapping.createdAt)
            }
            print(mappings.isEmpty ? "no mappings: catalog mapping add VENDOR NAME FILE.json" : table.rendered(Style()))
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Print a mapping as JSON.",
            discussion: "Example: catalog mapping show ACME lager --version 1 > lager.json")

        @Argument(help: "The vendor.")
        var vendor: String

        @Argument(help: "Its name.")
        var name: String

        @Option(name: .customLong("version"), help: "A former version instead of the one in use.")
        var number: Int?

        func run() async throws {
            let found = try await Composition().withConnection { connection in
                try await connection.run { try $0.mapping(vendor, name, version: number) }
            }
            guard let found else { throw MappingCommand.unknown(vendor, name) }
            print("\(JSONOutput.escaped(found.json))")
        }
    }

    struct Remove: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Take a mapping out of use; its versions stay in the history.")

        @Argument(help: "The vendor.")
        var vendor: String

        @Argument(help: "Its name.")
        var name: String

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { "\(vendor)/\(name)" }

        func run() async throws {
            let existed = try await Composition().withConnection { connection in
                try await connection.transaction { try $0.removeMapping(vendor, name) }
            }
            guard existed else { throw MappingCommand.unknown(vendor, name) }
            if json { return try JSONOutput.print(["vendorId": vendor, "name": name]) }
            print("mapping \(name) of \(vendor) is not used any more")
        }
    }

    struct Default: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "default", abstract: "Set the mapping of a vendor's files of which nothing else is known.",
            discussion: "Example: catalog mapping default ACME lager")

        @Argument(help: "The vendor.")
        var vendor: String

        @Argument(help: "Its name; without one there is no default any more.")
        var name: String?

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { vendor }

        func run() async throws {
            let isKnown = try await Composition().withConnection { connection in
                try await connection.transaction { try $0.setDefaultMapping(vendor, name) }
            }
            guard isKnown else { throw MappingCommand.unknown(vendor, name) }
            if json { return try JSONOutput.print(["vendorId": vendor, "mapping": name]) }
            print(
                name.map { "files of \(vendor) that fit nothing else are read with \($0)" }
                    ?? "\(vendor) has no default mapping")
        }
    }

    static func unknown(_ vendor: String, _ name: String?) -> CommandFailure {
        guard let name else { return CommandFailure("no vendor '\(vendor)': catalog vendor list shows all") }
        return CommandFailure("vendor '\(vendor)' has no mapping '\(name)': catalog mapping list shows all")
    }

    private static func explaining<Result>(
        _ vendor: String, _ name: String, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch let error as PostgresError where error.constraint == "mappings_vendor_exists" {
            throw unknown(vendor, nil)
        } catch let error as PostgresError
            where error.constraint == "mappings_name_is_plain" || error.sqlState == "22001"
        {
            throw CommandFailure(
                "'\(name)' cannot be the name of a mapping: begin with a letter or digit, then use letters, digits, '_', '-' and '.', at most 100"
            )
        }
    }
}

extension JSONWriter {
    /// A mapping with its version.
    fileprivate static func mapping(_ stored: StoredMapping) -> String {
        var json = JSONWriter()
        json.object { json in
            json.string("vendorId", stored.vendorID)
            json.string("name", stored.name)
            json.number("version", stored.version)
            json.key("mapping")
            json.raw(stored.json)
            json.string("createdBy", stored.createdBy)
            json.string("createdAt", stored.createdAt)
        }
        return json.text
    }
}
