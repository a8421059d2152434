import ArgumentParser
import Catalog
import Enrichment
import Foundation
import Jobs
import Logging
import Postgres
import Storage

/// `catalog enrich FILE`.
struct EnrichFileCommand: ChangingCommand {
    static let configuration = CommandConfiguration(
        commandName: "file",
        abstract:
            "Enrich a list of contacts or companies with what providers know about them. The word file may be left out.",
        discussion: """
            The list is CSV, JSON or JSON lines, also gzip-compressed. Its columns are found by their names: email, phone,
            first_name, last_name, full_name, company, website, industry and the like. The output has every record in the
            order of the input, with what was found beside it.

            Several providers make a waterfall: each group of fields comes from the first provider that knows it. No provider
            is asked the same question twice: what was paid for is remembered.

            Examples:
              catalog enrich contacts.csv --provider mock --output enriched.csv
              catalog enrich companies.csv --provider zoominfo,naics --fields company,industry --output enriched.json
              catalog enrich contacts.csv --provider zoominfo --estimate
              catalog enrich contacts.csv --provider zoominfo --limit 10 --output trial.csv

            Ctrl-C cancels what has not begun and says what was spent; catalog enrich retry goes on.

            Exit codes: 0 completed, 2 partial (catalog enrich retry asks for what is missing), 3 the list cannot be used or the
            result cannot be written, 64 usage, 130 interrupted, 1 anything else.
            """)

    @Argument(help: "The list.", completion: .file())
    var file: String

    @Option(help: "The providers to ask, in order, separated by commas; may be given again.")
    var provider: [CommaSeparated]

    @Option(help: "Where the result goes; its name says how it is written: .csv, .json or .ndjson, and .gz.")
    var output: String?

    @Flag(help: "Say what it would cost at most, and ask nobody.")
    var estimate = false

    @Option(help: "A trial: read only so many records, the first.")
    var limit: Int?

    @Option(
        help:
            "What to ask for, separated by commas: contact, company, new_contact, industry. All of them if omitted; may be given again."
    )
    var fields: [FieldGroups] = []

    @Option(help: "Confidence, from 0 to 1, below which a match does not end the search.")
    var minConfidence = 0.0

    @Option(
        help:
            "Fields that are not to be missing, separated by commas, such as phone or contact.phone: the next provider is asked for those that the first match lacks; may be given again."
    )
    var require: [CommaSeparated] = []

    @Option(
        help:
            "Which column holds a field, as FIELD=COLUMN, such as email=E-Mail-Adresse; may be given again. Others are found by their names."
    )
    var column: [String] = []

    @Option(help: "A kept mapping of columns (catalog enrich mapping); what --column says comes before it.")
    var mapping: String?

    @Flag(help: "Write the confidence of each group into a CSV, too.")
    var confidence = false

    @Option(help: "Encoding of the list, by a name that iconv knows; found if it is not said.")
    var encoding: EncodingName?

    @Flag(help: "Ask, and pay for, again what is remembered.")
    var refresh = false

    @Option(help: "Number of batches at once.")
    var concurrency = 16

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (0...1).contains(minConfidence) else { throw ValidationError("--min-confidence must be from 0 to 1") }
        guard (1...1000).contains(concurrency) else { throw ValidationError("--concurrency must be from 1 to 1000") }
        guard limit ?? 1 > 0 else { throw ValidationError("--limit must be greater than 0") }
        guard estimate || output != nil else { throw ValidationError("give --output FILE, or --estimate") }
    }

    var actionObject: String? { nil }

    func run() async throws {
        let source = try LocalFile(path: file)
        let options = EnrichmentOptions(
            providers: provider.flatMap(\.names), groups: fields.isEmpty ? nil : fields.flatMap(\.groups),
            minimumConfidence: minConfidence,
            encoding: encoding?.name, refresh: refresh, limit: limit,
            required: require.isEmpty ? nil : require.flatMap(\.names), columns: try columns(), mapping: mapping,
            showsConfidence: confidence)
        guard !estimate, let output else { return try await estimate(source, options) }
        guard let target = OutputFile(output) else {
            throw CommandFailure(
                "'\(output)' names no output format: end it in .csv, .json or .ndjson, optionally followed by .gz",
                code: 64)
        }
        var new = NewEnrichment(
            source: .command, options: options, format: target.format,
            fileName: URL(fileURLWithPath: file).lastPathComponent, isCompressed: target.isCompressed)
        new.localPath = URL(fileURLWithPath: target.path).standardizedFileURL.path
        ActionRecord.name(new.requestID)
        let order = new
        try await EnrichmentCommandRun.run(concurrency: concurrency, json: json) { run in
            try await run.enrich(source, order, to: target.path)
        }
    }

    private func columns() throws -> [String: String]? {
        do {
            return column.isEmpty ? nil : try ContactColumns.parsed(column)
        } catch let failure as EnrichmentFailure {
            throw CommandFailure(failure.description, code: 64)
        }
    }

    private func estimate(_ source: LocalFile, _ options: EnrichmentOptions) async throws {
        let estimate = try await EnrichmentCommandRun.with(concurrency: 1, showsProgress: false) { run in
            try await run.estimate(source, options)
        }
        if json { return try JSONOutput.print(estimate) }
        print(estimate.rendered(Style()))
    }
}

/// Names separated by commas.
struct CommaSeparated: ExpressibleByArgument {
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
