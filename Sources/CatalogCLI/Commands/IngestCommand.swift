import ArgumentParser
import Catalog
import Foundation
import Ingest
import Postgres

struct IngestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Check product files of a vendor and load their good rows.",
        discussion: """
            Every file is one upload: checked against all rules, loaded in one transaction, recorded in the history.
            Rejected rows come back as an error report and as a file to correct and upload again.

            Examples:
              catalog ingest products.csv --vendor VEND001
              catalog ingest *.csv --vendor VEND001 --mode upsert --policy all-or-nothing
              catalog ingest products.csv.gz --vendor VEND001 --dry-run
              catalog ingest shopify.csv --vendor VEND001 --map examples/mappings/shopify.json

            Exit codes: 0 completed, 2 partial, 3 failed, 64 usage, 1 anything else; of several files the highest of 3, 2, 0.
            """)

    @Argument(help: "CSV files; may be gzip-compressed.", completion: .file())
    var files: [String]

    @Option(help: "The vendor whose products these are.")
    var vendor: String

    @Option(help: "create: an existing product is an error. upsert: it is updated.")
    var mode: UploadMode = .create

    @Option(help: "load-valid: good rows are loaded. all-or-nothing: only a file without errors is.")
    var policy: UploadPolicy = .loadValid

    @Option(name: .customLong("map"), help: "JSON file that maps foreign columns to ours.", completion: .file())
    var mapping: String?

    @Flag(help: "Do everything, then roll back. The reports are kept.")
    var dryRun = false

    @Flag(help: "Print one JSON object per file.")
    var json = false

    func run() async throws {
        let columnMapping = try mapping.map(MappingFile.read)
        let composition = try Composition()
        let connection = try await composition.connect()
        let work = Task { try await ingestAll(columnMapping, composition, connection) }
        let outcomes: [IngestOutcome]
        do {
            outcomes = try await Interruption.cancelling(work) { try await work.value }
        } catch is CancellationError {
            await connection.close()
            throw CommandFailure("interrupted: the file at work was not loaded; type the command again to load it", code: 130)
        }
        await connection.close()
        if !json, outcomes.count > 1 { print(IngestOutcome.table(outcomes)) }
        let worst = outcomes.map(\.exitCode).max() ?? 0
        if worst != 0 { throw ExitCode(worst) }
    }

    private func ingestAll(
        _ mapping: ColumnMapping?, _ composition: Composition, _ connection: Connection
    ) async throws -> [IngestOutcome] {
        // All files are opened before the first is loaded: a misspelled name stops the command before it did half.
        let sources = try files.map { (path: $0, file: try LocalFile(path: $0)) }
        let pipeline = composition.pipeline(connection)
        let outbox = composition.outbox(connection)
        var outcomes: [IngestOutcome] = []
        for (path, file) in sources {
            let started = ContinuousClock.now
            let result = try await ingest(path, file, mapping, pipeline)
            if !dryRun { try await outbox.run(for: result.upload.uploadID) }
            let outcome = IngestOutcome(result, composition.store, isDryRun: dryRun, took: ContinuousClock.now - started)
            outcomes.append(outcome)
            if json { try JSONOutput.print(outcome) } else { print(outcome.rendered(Style())) }
        }
        return outcomes
    }

    private func ingest(
        _ path: String, _ file: LocalFile, _ mapping: ColumnMapping?, _ pipeline: OnboardingPipeline
    ) async throws -> OnboardingResult {
        let url = URL(fileURLWithPath: path)
        let upload = Upload(
            uploadID: UploadID.make(), vendorID: vendor, fileName: url.lastPathComponent, mode: mode, policy: policy,
            objectKey: url.path)
        let bar = ProgressBar(label: upload.fileName, isShown: !json)
        defer { bar.finish() }
        return dryRun
            ? try await pipeline.dryRun(upload, from: file, mapping: mapping, progress: bar.update)
            : try await pipeline.run(upload, from: file, mapping: mapping, progress: bar.update)
    }
}

extension UploadMode: ExpressibleByArgument {}
extension UploadPolicy: ExpressibleByArgument {}
