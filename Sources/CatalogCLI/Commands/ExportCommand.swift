import ArgumentParser
import Catalog
import Foundation
import Ingest
import Postgres
import Storage

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write products into a file that can be loaded again.",
        discussion: """
            The columns are those of a vendor's file, with the vendor before and the status behind them, and a column attribute.NAME for
            each attribute that one of the products has. All products are read as they are at one moment. A vendor's export that is ingested again with --mode upsert changes nothing.

            CSV and JSON lines hold values as they are. For a spreadsheet take xlsx: there no text is run as a formula, and zeros stay.

            Examples:
              catalog export --vendor VEND001 > products.csv
              catalog export --category Audio --format xlsx --output audio.xlsx
              catalog export --attribute colour=red --attribute size=XL
              catalog export --as-of 2026-11-01T00:00:00Z --format ndjson | jq -r .sku

            Exit codes: 0 written, also if whoever read standard output has had enough; 130 interrupted, 1 anything else.
            """)

    @Option(help: "Only this vendor's products.")
    var vendor: String?

    @Option(help: "Only products of this category.")
    var category: String?

    @Option(help: ArgumentHelp("Only products with this attribute; may be repeated.", valueName: "name=value"))
    var attribute: [AttributeOption] = []

    @Option(help: ArgumentHelp("As they were then.", valueName: "time"))
    var asOf: String?

    @Option(help: "csv, ndjson (JSON lines) or xlsx.")
    var format: ProductExport.Format = .csv

    @Option(help: "The file, which appears when it is whole; standard output if omitted.", completion: .file())
    var output: String?

    func run() async throws {
        guard output != nil || format != .xlsx || isatty(STDOUT_FILENO) == 0 else {
            throw ValidationError("a workbook is nothing for a terminal: give --output FILE")
        }
        do {
            try await Interruption.cancelling(Task { try await write() })
        } catch is CancellationError {
            throw CommandFailure("interrupted: type the command again for the whole export", code: 130)
        } catch let error as PostgresError where ["22007", "22008", "22009"].contains(error.sqlState) {
            throw CommandFailure("'\(asOf ?? "")' is no time: write one such as 2026-11-01T00:00:00Z")
        } catch let error as ProductExportError {
            throw CommandFailure("\(error)")
        }
    }

    private func write() async throws {
        let selection = ProductSelection(
            vendorID: vendor, category: category, asOf: asOf,
            attributes: Dictionary(attribute.map { ($0.name, $0.value) }) { $1 })
        try await Composition().withConnection { connection in
            try await connection.transaction(.readOnlySnapshot) { session in
                try requireKnown(session)
                guard let output else {
                    _ = try ProductExport.write(selection, as: format, session, to: PipedOutput.write)
                    return
                }
                let file = try StagedFile(in: (output as NSString).deletingLastPathComponent.orElse("."))
                let count = try ProductExport.write(selection, as: format, session, to: file.write)
                try file.publish(as: output)
                print("\(count.grouped) products are in \(output)")
            }
        }
    }

    /// A misspelled name is not an empty catalogue.
    private func requireKnown(_ session: Session) throws {
        if let vendor, try session.vendor(vendor) == nil {
            throw CommandFailure("no vendor '\(vendor)': catalog vendor list shows all")
        }
        if let category, try !session.categories().contains(where: { $0.name == category }) {
            throw CommandFailure("no category '\(category)': catalog category list shows all")
        }
    }
}

extension ProductExport.Format: ExpressibleByArgument {}

/// `colour=red`.
struct AttributeOption: ExpressibleByArgument {
    let name, value: String

    init?(argument: String) {
        guard let sign = argument.firstIndex(of: "="), sign > argument.startIndex else { return nil }
        (name, value) = (String(argument[..<sign]), String(argument[argument.index(after: sign)...]))
    }
}

extension String {
    fileprivate func orElse(_ other: String) -> String { isEmpty ? other : self }
}
