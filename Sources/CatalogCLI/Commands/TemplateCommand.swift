import ArgumentParser
import Catalog
import Foundation
import Ingest
import Postgres

struct TemplateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "template",
        abstract: "Make a product file to fill in.",
        discussion: """
            Our columns and a row as an example; the workbook also has the approved categories as a list to choose from, number
            formats, and a sheet that explains every rule.

            Examples:
              catalog template
              catalog template --format xlsx --output products.xlsx
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case csv, xlsx
    }

    @Option(help: "csv or xlsx.")
    var format: Format = .csv

    @Option(help: "The file; standard output if omitted.", completion: .file())
    var output: String?

    func run() async throws {
        let bytes = try await content()
        if let output {
            guard FileManager.default.createFile(atPath: output, contents: Data(bytes)) else {
                throw CommandFailure("cannot write '\(output)': check that its folder is there and may be written")
            }
            return print("\(output) is ready to fill in")
        }
        guard format == .csv || isatty(STDOUT_FILENO) == 0 else {
            throw ValidationError("a workbook is nothing for a terminal: give --output FILE")
        }
        try bytes.withUnsafeBytes { try PipedOutput.write($0) }
    }

    private func content() async throws -> [UInt8] {
        if format == .csv { return ProductTemplate(categories: []).csv }
        let categories = try await Composition().withConnection { try await $0.run { try $0.categories() } }
        return ProductTemplate(categories: categories.filter(\.isActive).map(\.name)).workbook
    }
}
