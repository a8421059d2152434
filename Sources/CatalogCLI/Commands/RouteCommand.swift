import ArgumentParser
import Catalog
import Intake
import Postgres
import Text

struct RouteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "route", abstract: "Configure which objects of which bucket go into which pipeline.",
        subcommands: [Add.self, List.self, Remove.self])

    struct Add: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Add a route, or change it.",
            discussion: """
                For onboard, objects are <prefix><vendor>/<file>. For enrich, they are lists of contacts, and <prefix><name>.csv
                becomes enhanced/<name>.csv. For relay, they are taken as they are; a route with a name has windows and archives of its
                own, below relay/<name>/ of CATALOG_RELAY_TARGET unless it says, and routes of one name share them. The longest prefix
                wins.

                Examples:
                  catalog route add s3://acme-vendor-files/uploads/ onboard
                  catalog route add s3://acme-vendor-files/nightly/ onboard --mode upsert --existing
                  catalog route add s3://acme-contacts/raw/ enrich --provider zoominfo,naics
                  catalog route add s3://acme-inbox/landing/ relay
                  catalog route add s3://acme-orders/ relay --name orders --window 300 --compression small
                  catalog route add s3://acme-orders/ relay --name orders --target cold --archive-prefix acme/orders/
                """)

        @Argument(help: "s3://BUCKET/PREFIX")
        var url: String

        @Argument(help: "The pipeline: onboard, enrich or relay.")
        var pipeline: String

        @Option(
            help:
                "Of onboard: create (default): an existing product is an error. upsert: it is updated. update: only existing ones."
        )
        var mode: UploadMode?

        @Option(
            help:
                "Of onboard: load-valid (default): good rows are loaded. all-or-nothing: only a file without errors is."
        )
        var policy: UploadPolicy?

        @Option(
            help: "For onboard and enrich: encoding of the files, by a name that iconv knows; detected if omitted.")
        var encoding: EncodingName?

        @Option(
            help:
                "The mapping to read files with. For onboard: by the name under which each vendor has its own. For enrich: one of catalog enrich mapping."
        )
        var mapping: String?

        @Option(help: "For onboard: the sheet of workbooks; the first visible one with a header if omitted.")
        var sheet: SheetName?

        @Option(help: "For onboard: what an empty cell does to an existing product, clear (default) or keep.")
        var empty: EmptyCells?

        @Option(help: "For onboard: what becomes of products that a file does not name, keep (default) or deactivate.")
        var missing: MissingProducts?

        @Option(
            help:
                "For enrich: the providers to ask, in order, separated by commas; may be given again. All of them if omitted."
        )
        var provider: [CommaSeparated] = []

        @Option(help: "For enrich: what to ask for, separated by commas: contact, company, new_contact, industry.")
        var fields: [CommaSeparated] = []

        @Option(help: "For enrich: confidence, from 0 to 1, below which a match does not end the search.")
        var minConfidence: String?

        @Option(help: "For enrich: fields that are not to be missing, separated by commas, such as phone.")
        var require: [CommaSeparated] = []

        @Option(help: "For enrich: which column holds a field, as FIELD=COLUMN; may be given again.")
        var column: [String] = []

        @Flag(help: "For enrich: write the confidence of each group into a CSV, too.")
        var confidence = false

        @Option(
            help:
                "For relay: the name of windows and archives of its own: small letters, digits and -. Without it they are those of all routes without one."
        )
        var name: String?

        @Option(help: "For relay, with a name: the target NAME that CATALOG_RELAY_TARGET_<NAME> sets.")
        var target: String?

        @Option(help: "For relay, with a name: what the keys of archives begin with, such as acme/orders/.")
        var archivePrefix: String?

        @Option(help: "For relay, with a name: how many seconds a window takes arrivals, from 10 to 3600.")
        var window: String?

        @Option(help: "For relay, with a name: largest archive; no larger than CATALOG_RELAY_ARCHIVE_BYTES.")
        var archiveBytes: String?

        @Option(
            help: "For relay, with a name: how much work archives are worth: fast, default or small; zstd for .tar.zst."
        )
        var compression: String?

        @Flag(help: "Also take what is already in the bucket.")
        var existing = false

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { url }

        func run() async throws {
            let (bucket, prefix) = try RouteCommand.parse(url)
            let composition = try Composition()
            let route = Route(
                bucket: bucket, prefix: prefix, pipeline: pipeline, options: try options(composition.pipelines))
            try await composition.withConnection { connection in
                try await connection.transaction { try $0.addRoute(route, includingExisting: existing) }
            }
            if json { return try JSONOutput.print(route) }
            print("\(route.url) goes to \(pipeline)")
            // A process that does not relay does not know the setting of those that do.
            if archiveBytes != nil, composition.settings.relay.targets.isEmpty {
                print("its archives are no larger than CATALOG_RELAY_ARCHIVE_BYTES of the workers")
            }
        }

        /// Nil if the option was not given.
        private static func names(_ given: [CommaSeparated]) -> [String]? {
            given.isEmpty ? nil : given.flatMap(\.names)
        }

        private func options(_ pipelines: Pipelines) throws -> RouteOptions {
            guard let pipeline = pipelines[pipeline] else {
                let known = pipelines.names.joined(separator: ", ")
                throw ValidationError("unknown pipeline '\(pipeline)': expected one of \(known)")
            }
            var given: [String: [String]] = [:]
            given["mode"] = mode.map { [$0.rawValue] }
            given["policy"] = policy.map { [$0.rawValue] }
            given["encoding"] = encoding.map { [$0.name] }
            given["mapping"] = mapping.map { [$0] }
            given["sheet"] = sheet.map { [$0.name] }
            given["empty"] = empty.map { [$0.rawValue] }
            given["missing"] = missing.map { [$0.rawValue] }
            given["providers"] = Self.names(provider)
            given["fields"] = Self.names(fields)
            given["minConfidence"] = minConfidence.map { [$0] }
            given["require"] = Self.names(require)
            given["columns"] = column.isEmpty ? nil : column
            given["confidence"] = confidence ? ["true"] : nil
            given["name"] = name.map { [$0] }
            given["target"] = target.map { [$0] }
            given["archivePrefix"] = archivePrefix.map { [$0] }
            given["window"] = window.map { [$0] }
            given["archiveBytes"] = archiveBytes.map { [$0] }
            given["compression"] = compression.map { [$0] }
            do {
                return try pipeline.options(given)
            } catch let error as RouteOptionError {
                throw ValidationError(error.description)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Show all routes.")

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let routes = try await Composition().withConnection { try await $0.run { try $0.routes() } }
            if json { return try JSONOutput.print(routes) }
            var table = Table("FROM", "PIPELINE", "OPTIONS")
            for route in routes { table.add(route.url, route.pipeline, try route.options.words()) }
            print(
                routes.isEmpty ? "no routes: catalog route add s3://BUCKET/uploads/ onboard" : table.rendered(Style()))
        }
    }

    struct Remove: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Remove a route; what arrived stays.")

        @Argument(help: "s3://BUCKET/PREFIX")
        var url: String

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { url }

        func run() async throws {
            let (bucket, prefix) = try RouteCommand.parse(url)
            let existed = try await Composition().withConnection { connection in
                try await connection.transaction { try $0.removeRoute(bucket: bucket, prefix: prefix) }
            }
            guard existed else { throw CommandFailure("no route '\(url)': catalog route list shows all") }
            if json { return try JSONOutput.print(["bucket": bucket, "prefix": prefix]) }
            print("route s3://\(bucket)/\(prefix) removed")
        }
    }

    /// A prefix without its last slash is meant as a folder too.
    static func parse(_ url: String) throws -> (bucket: String, prefix: String) {
        let parts = url.behind("s3://")?.partsOfKey.filter { !$0.isEmpty } ?? []
        guard let bucket = parts.first else {
            throw CommandFailure("'\(url)' is not a route: expected s3://BUCKET/PREFIX", code: 64)
        }
        return (bucket, parts.dropFirst().map { $0 + "/" }.joined())
    }
}
