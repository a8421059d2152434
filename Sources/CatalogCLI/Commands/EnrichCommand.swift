import ArgumentParser
import Enrichment
import Foundation
import Postgres

struct EnrichCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enrich",
        abstract: "Enrich lists of contacts or companies; look at requests, cancel them, go on with them.",
        discussion: """
            Examples:
              catalog enrich contacts.csv --provider mock --output enriched.csv
              catalog enrich list --status partial
              catalog enrich show 4c7f0e6a-0d52-4f0e-9a55-3f1e0c1f8f11
              catalog enrich retry 4c7f0e6a-0d52-4f0e-9a55-3f1e0c1f8f11
            """,
        subcommands: [
            EnrichFileCommand.self, List.self, Show.self, Cancel.self, Retry.self, Refresh.self,
            EnrichForgetCommand.self, EnrichMappingCommand.self,
        ],
        defaultSubcommand: EnrichFileCommand.self)

    fileprivate static func unknown(_ id: String) -> CommandFailure {
        CommandFailure("no enrichment request '\(id)': catalog enrich list shows the newest")
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Show the newest requests.",
            discussion: "Example: catalog enrich list --status partial --limit 50")

        @Option(help: "Only with this status: \(EnrichmentStatus.allCases.map(\.rawValue).joined(separator: ", ")).")
        var status: EnrichmentStatus?

        @Option(help: "Maximum number of results.")
        var limit = 20

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let requests = try await Composition().withConnection { connection in
                try await connection.run { try $0.enrichments(status: status, limit: max(0, limit)) }
            }
            if json { return try JSONOutput.print(requests.map { EnrichmentRequestLine($0) }) }
            var table = Table("REQUEST", "STATUS", "FILE", "RECORDS", "BATCHES", "FAILED", "CREATED")
            for request in requests {
                table.add(
                    request.requestID, request.status.rawValue, request.fileName ?? request.source.rawValue,
                    request.totalRecords.grouped, "\(request.processedBatches) of \(request.totalBatches)",
                    request.failedBatches.grouped, request.createdAt)
            }
            print(requests.isEmpty ? "no requests: catalog enrich FILE makes one" : table.rendered(Style()))
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show one request: how far it is, what it waits for, what was spent.",
            discussion: "Example: catalog enrich show 4c7f0e6a-0d52-4f0e-9a55-3f1e0c1f8f11 --json")

        @Argument(help: "The request.")
        var id: String

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let line = try await Composition().withConnection { connection in
                try await connection.run { session in
                    guard let request = try session.enrichment(id) else { throw EnrichCommand.unknown(id) }
                    return EnrichmentRequestLine(request, try session.enrichmentUsage(id))
                }
            }
            if json { return try JSONOutput.print(line) }
            print(line.facts.rendered(Style()))
        }
    }

    struct Cancel: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "cancel",
            abstract: "Cancel a request: what has not begun is not begun. Calls under way end, and are paid for.",
            discussion: "Example: catalog enrich cancel 4c7f0e6a-0d52-4f0e-9a55-3f1e0c1f8f11")

        @Argument(help: "The request.")
        var id: String

        @Flag(help: "Print JSON.")
        var json = false

        var actionObject: String? { id }

        func run() async throws {
            let line = try await Composition().withConnection { connection in
                try await connection.transaction { session in
                    guard let request = try session.enrichment(id) else { throw EnrichCommand.unknown(id) }
                    guard try session.cancelEnrichment(id, because: "Cancelled by a command.") else {
                        throw CommandFailure("request \(id) is \(request.status.rawValue): it cannot be cancelled")
                    }
                    return EnrichmentRequestLine(try session.enrichment(id) ?? request, try session.enrichmentUsage(id))
                }
            }
            if json { return try JSONOutput.print(line) }
            let credits = (line.usage?.credits ?? 0).grouped
            print(
                "cancelled: \(line.processedBatches) of \(line.totalBatches) batches done, \(credits) credits spent; "
                    + "catalog enrich retry \(id) goes on")
        }
    }

    struct Retry: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "retry",
            abstract:
                "Go on with a request that is partial, failed or cancelled, in this process: only what is missing is asked for.",
            discussion: """
                The result of a command goes where that command wrote it, or where --output says; that of other requests to the store.

                Examples:
                  catalog enrich retry 4c7f0e6a-0d52-4f0e-9a55-3f1e0c1f8f11
                  catalog enrich retry 4c7f0e6a-0d52-4f0e-9a55-3f1e0c1f8f11 --output enriched.csv --json

                Exit codes: as catalog enrich.
                """)

        @Argument(help: "The request.")
        var id: String

        @Option(help: "Where the result goes.")
        var output: String?

        @Option(help: "Number of batches at once.")
        var concurrency = 16

        @Flag(help: "Print one JSON object.")
        var json = false

        var actionObject: String? { id }

        func validate() throws {
            guard (1...1000).contains(concurrency) else {
                throw ValidationError("--concurrency must be from 1 to 1000")
            }
        }

        func run() async throws {
            let (id, output) = (id, output)
            try await EnrichmentCommandRun.run(concurrency: concurrency, json: json) { run in
                try await run.retry(id, to: output)
            }
        }
    }
}

extension EnrichCommand {
    struct Refresh: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "refresh",
            abstract:
                "Ask everything of a request again, in this process, whatever is remembered: all of it is paid for again.",
            discussion: """
                Example: catalog enrich refresh 4c7f0e6a-0d52-4f0e-9a55-3f1e0c1f8f11 --output enriched.csv

                Exit codes: as catalog enrich.
                """)

        @Argument(help: "The request.")
        var id: String

        @Option(help: "Where the result goes; where its command wrote it, if it is not said.")
        var output: String?

        @Option(help: "Number of batches at once.")
        var concurrency = 16

        @Flag(help: "Print one JSON object.")
        var json = false

        var actionObject: String? { id }

        func validate() throws {
            guard (1...1000).contains(concurrency) else {
                throw ValidationError("--concurrency must be from 1 to 1000")
            }
        }

        func run() async throws {
            let (id, output) = (id, output)
            try await EnrichmentCommandRun.run(concurrency: concurrency, json: json) { run in
                try await run.retry(id, to: output, asksAll: true)
            }
        }
    }
}

extension EnrichmentStatus: ExpressibleByArgument {}
