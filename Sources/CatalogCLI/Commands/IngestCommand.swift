import ArgumentParser
import Catalog
import Foundation
import Postgres
import Storage
import Tabular

struct IngestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Check a vendor's product files and load their good rows.",
        discussion: """
            A file is CSV, an Excel workbook (.xlsx), JSON lines or a JSON array of objects; what it is shows in its bytes.
            Every file is one upload: checked against all rules, loaded in one transaction, recorded in the history.
            Rejected rows come back as an error report and as a file to correct and upload again.

            Examples:
              catalog ingest products.csv --vendor VEND001
              catalog ingest *.csv --vendor VEND001 --mode upsert --policy all-or-nothing
              catalog ingest products.csv.gz --vendor VEND001 --dry-run
              catalog ingest products.xlsx --vendor VEND001 --sheet 'Price list'
              catalog ingest stock.csv --vendor VEND001 --mode update
              catalog ingest all.csv --vendor VEND001 --mode upsert --missing deactivate --dry-run
              unzip -p export.zip | catalog ingest - --vendor VEND001 --encoding windows-1250
              catalog ingest shopify.csv --vendor VEND001 --map examples/mappings/shopify.json
              catalog ingest lager.csv --vendor VEND001 --mapping lager

            Exit codes: 0 completed, 2 partial, 3 failed, 64 usage, 130 interrupted, 1 anything else. With several files, the
            highest of 3, 2 and 0.
            """)

    @Argument(
        help: "CSV files, Excel workbooks (.xlsx) or JSON, also compressed (gzip, ZIP); - is standard input.",
        completion: .file())
    var files: [String]

    @Option(help: "The vendor whose products these are.")
    var vendor: String

    @Option(
        help:
            "create: an existing product is an error. upsert: it is updated. update: only existing ones, only the file's columns."
    )
    var mode: UploadMode = .create

    @Option(help: "load-valid: good rows are loaded. all-or-nothing: only a file without errors is.")
    var policy: UploadPolicy = .loadValid

    @Option(help: "clear: an empty cell empties the value of an existing product. keep: the value stays.")
    var empty: EmptyCells = .clear

    @Option(
        help:
            "deactivate: products that the file does not name become inactive, those it names active. keep: they stay.")
    var missing: MissingProducts = .keep

    @Option(
        name: .customLong("map"), help: "JSON file that maps the columns of another system's export to ours.",
        completion: .file())
    var mapping: String?

    @Option(
        name: .customLong("mapping"),
        help: "One of the vendor's kept mappings: catalog mapping list. A header that was mapped before needs none.")
    var mappingName: String?

    @Option(help: "Encoding of the files, by a name that iconv knows; detected if omitted.")
    var encoding: EncodingName?

    @Option(help: "The sheet of a workbook; the first visible one with a header if omitted.")
    var sheet: SheetName?

    @Flag(help: "Check everything and load nothing. The reports are kept, and the history shows it as a dry run.")
    var dryRun = false

    @Flag(help: "Print one JSON object per file.")
    var json = false

    func validate() throws {
        guard files.count(where: { $0 == LocalFile.standardInputPath }) < 2 else {
            throw ValidationError("standard input can be read once: give - once")
        }
        guard mapping == nil || mappingName == nil else {
            throw ValidationError("--map is a file, --mapping a kept mapping: give one of them")
        }
        guard missing.fits(mode) else {
            throw ValidationError(
                "--missing deactivate requires --mode upsert or update: a file of new products does not name the others"
            )
        }
    }

    func run() async throws {
        let columnMapping = try mapping.map { try MappingFile.read($0, for: mode) }
        // All files are opened before the first is loaded: a misspelled name stops the command before it did half.
        let sources = try files.map { (path: $0, file: try LocalFile.open($0)) }
        let composition = try Composition()
        composition.sweepFolders()
        let outcomes = try await composition.withConnection { connection in
            var ingestion = FileIngestion(
                composition: composition, connection: connection, vendorID: vendor, mode: mode, policy: policy,
                mapping: columnMapping, encoding: encoding?.name, isDryRun: dryRun, showsProgress: !json)
            ingestion.sheet = sheet?.name
            (ingestion.emptyCells, ingestion.missingProducts) = (empty, missing)
            ingestion.mappingName = mappingName
            return try await Interruption.cancelling(Task { try await ingestAll(sources, ingestion) })
        }
        if !json, outcomes.count > 1 { print(IngestOutcome.table(outcomes)) }
        let worst = outcomes.map(\.exitCode).max() ?? 0
        if worst != 0 { throw ExitCode(worst) }
    }

    private func ingestAll(
        _ sources: [(path: String, file: LocalFile)], _ ingestion: FileIngestion
    ) async throws -> [IngestOutcome] {
        var outcomes: [IngestOutcome] = []
        for (path, file) in sources {
            do {
                outcomes.append(try await ingestion.run(path, file))
            } catch is CancellationError {
                throw CommandFailure(
                    "interrupted: nothing of '\(path)' was loaded; type the command again to load it", code: 130)
            } catch let error as PostgresError where error.isConnectionLoss {
                // The commit may have been on its way: the history knows.
                throw CommandFailure(
                    "the database went away while '\(path)' was loaded (\(error)); catalog upload list says whether it is loaded, "
                        + "and if it is not, type the command again")
            }
            if json { try JSONOutput.print(outcomes.last!) } else { print(outcomes.last!.rendered(Style())) }
        }
        return outcomes
    }
}

/// Checked before anything is opened.
struct EncodingName: ExpressibleByArgument {
    let name: String

    init?(argument: String) {
        guard EncodingNames.isKnown(argument) else { return nil }
        name = argument
    }
}

/// The same.
struct SheetName: ExpressibleByArgument {
    let name: String

    init?(argument: String) {
        guard Upload.isSheetName(argument) else { return nil }
        name = argument
    }
}

extension UploadMode: ExpressibleByArgument {}
extension UploadPolicy: ExpressibleByArgument {}
extension EmptyCells: ExpressibleByArgument {}
extension MissingProducts: ExpressibleByArgument {}
