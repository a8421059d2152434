import ArgumentParser
import Catalog
import Enrichment
import Foundation
import Jobs
import Logging
import Postgres
import Storage

struct EnrichCommand: ChangingCommand {
    static let configuration = CommandConfiguration(
        commandName: "enrich",
        abstract: "Enrich a list of contacts or companies with what providers know about them.",
        discussion: """
            The list is CSV, JSON or JSON lines, also gzip-compressed. Its columns are found by their names: email, phone,
            first_name, last_name, full_name, company, website, industry and the like. The output has every record in the
            order of the input, with what was found beside it.

            Several providers make a waterfall: each group of fields comes from the first provider that knows it. No provider
            is asked the same question twice: what was paid for is remembered.

            Examples:
              catalog enrich contacts.csv --provider mock --output enriched.csv
              catalog enrich companies.csv --provider zoominfo,naics --fields company,industry --output enriched.json

            Exit codes: 0 completed, 2 partial (some batches failed, catalog jobs dead shows why), 3 the list cannot be used,
            64 usage, 1 anything else.
            """)

    @Argument(help: "The list.", completion: .file())
    var file: String

    @Option(help: "The providers to ask, in order, separated by commas.")
    var provider: ProviderNames

    @Option(help: "Where the result goes; its name says how it is written: .csv, .json or .ndjson, and .gz.")
    var output: String

    @Option(
        help:
            "What to ask for, separated by commas: contact, company, new_contact, industry. All of them if omitted."
    )
    var fields: FieldGroups?

    @Option(help: "Confidence, from 0 to 1, below which a match does not end the search.")
    var minConfidence = 0.0

    @Option(help: "Encoding of the list, by a name that iconv knows; found if it is not said.")
    var encoding: EncodingName?

    @Option(help: "Number of batches at once.")
    var concurrency = 8

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (0...1).contains(minConfidence) else { throw ValidationError("--min-confidence must be from 0 to 1") }
        guard (1...1000).contains(concurrency) else { throw ValidationError("--concurrency must be from 1 to 1000") }
    }

    var actionObject: String? { nil }

    func run() async throws {
        let source = try LocalFile(path: file)
        guard let target = OutputFile(output) else {
            throw CommandFailure(
                "'\(output)' names no output format: end it in .csv, .json or .ndjson, optionally followed by .gz",
                code: 64)
        }
        let composition = try Composition()
        composition.sweepFolders()
        try await composition.connect().close()
        let pool = Pool(composition.database.connector, maximum: concurrency + 4, application: "catalog-enrich")
        let options = EnrichmentOptions(
            providers: provider.names, groups: fields?.groups, minimumConfidence: minConfidence,
            encoding: encoding?.name)
        let new = NewEnrichment(
            source: .command, options: options, format: target.format,
            fileName: URL(fileURLWithPath: file).lastPathComponent, isCompressed: target.isCompressed)
        ActionRecord.name(new.requestID)
        let summary = try await pool.closing { pool in
            let run = EnrichmentCommandRun(
                composition: composition, pool: pool, resources: try composition.enrichment(pool),
                showsProgress: !json, concurrency: concurrency)
            return try await Interruption.cancelling(Task { try await run.enrich(source, new, to: target.path) })
        }
        if json { try JSONOutput.print(summary) } else { print(summary.rendered(Style())) }
        if summary.status != .completed { throw ExitCode(summary.status == .partial ? 2 : 3) }
    }
}

/// Names separated by commas.
struct ProviderNames: ExpressibleByArgument {
    var names: [String]

    init?(argument: String) {
        names = argument.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        guard !names.isEmpty else { return nil }
    }
}

/// Groups separated by commas.
struct FieldGroups: ExpressibleByArgument {
    var groups: [FieldGroup]

    init?(argument: String) {
        let groups = argument.split(separator: ",").map {
            FieldGroup(rawValue: $0.trimmingCharacters(in: .whitespaces))
        }
        guard !groups.isEmpty, !groups.contains(nil) else { return nil }
        self.groups = groups.compactMap(\.self)
    }
}

/// What the name of an output says.
struct OutputFile {
    var path: String
    var format: OutputFormat
    var isCompressed: Bool

    init?(_ path: String) {
        var stem = path.lowercased()[...]
        isCompressed = stem.hasSuffix(".gz")
        if isCompressed { stem = stem.dropLast(3) }
        guard let format = OutputFormat.allCases.first(where: { stem.hasSuffix(".\($0.rawValue)") }) else { return nil }
        (self.path, self.format) = (path, format)
    }
}
