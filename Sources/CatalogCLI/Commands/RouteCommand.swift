import ArgumentParser
import Catalog
import Ingest
import Postgres

struct RouteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "route", abstract: "Configure which objects of which bucket go into which pipeline.",
        subcommands: [Add.self, List.self, Remove.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a route, or change it.",
            discussion: """
                For onboard, objects are <prefix><vendor>/<file>. For enrich, they are lists of contacts, and <prefix><name>.csv
                becomes enhanced/<name>.csv. For relay, they are taken as they are. The longest prefix wins.

                Examples:
                  catalog route add s3://acme-vendor-files/uploads/ onboard
                  catalog route add s3://acme-vendor-files/nightly/ onboard --mode upsert --existing
                  catalog route add s3://acme-contacts/raw/ enrich --provider zoominfo,naics
                  catalog route add s3://acme-inbox/landing/ relay
                """)

        @Argument(help: "s3://BUCKET/PREFIX")
        var url: String

        @Argument(help: "The pipeline: onboard, enrich or relay.")
        var pipeline: Pipeline

        @Option(help: "create: an existing product is an error. upsert: it is updated.")
        var mode: UploadMode = .create

        @Option(help: "load-valid: good rows are loaded. all-or-nothing: only a file without errors is.")
        var policy: UploadPolicy = .loadValid

        @Option(help: "For enrich: the providers to ask, in order, separated by commas. All of them if omitted.")
        var provider: ProviderNames?

        @Flag(help: "Also take what is already in the bucket.")
        var existing = false

        func run() async throws {
            let (bucket, prefix) = try RouteCommand.parse(url)
            let route = Route(
                bucket: bucket, prefix: prefix, pipeline: pipeline, mode: mode, policy: policy,
                providers: provider?.names ?? [])
            try await Composition().withConnection { connection in
                try await connection.transaction { try $0.addRoute(route, includingExisting: existing) }
            }
            print("\(route.url) goes to \(pipeline.rawValue)")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show all routes.")

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let routes = try await Composition().withConnection { try await $0.run { try $0.routes() } }
            if json { return try JSONOutput.print(routes) }
            var table = Table("FROM", "PIPELINE", "MODE", "POLICY")
            for route in routes {
                table.add(route.url, route.pipeline.rawValue, route.mode.rawValue, route.policy.rawValue)
            }
            print(
                routes.isEmpty ? "no routes: catalog route add s3://BUCKET/uploads/ onboard" : table.rendered(Style()))
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove a route; what arrived stays.")

        @Argument(help: "s3://BUCKET/PREFIX")
        var url: String

        func run() async throws {
            let (bucket, prefix) = try RouteCommand.parse(url)
            let existed = try await Composition().withConnection { connection in
                try await connection.transaction { try $0.removeRoute(bucket: bucket, prefix: prefix) }
            }
            guard existed else { throw CommandFailure("no route '\(url)': catalog route list shows all") }
            print("route s3://\(bucket)/\(prefix) removed")
        }
    }

    /// A prefix without its last slash is meant as a folder too.
    static func parse(_ url: String) throws -> (bucket: String, prefix: String) {
        let parts = url.dropFirst("s3://".count).split(separator: "/", omittingEmptySubsequences: true)
        guard url.hasPrefix("s3://"), let bucket = parts.first else {
            throw CommandFailure("'\(url)' is not a route: expected s3://BUCKET/PREFIX", code: 64)
        }
        return (String(bucket), parts.dropFirst().map { $0 + "/" }.joined())
    }
}

extension Pipeline: ExpressibleByArgument {}
