import CSV
import Catalog
import Tabular

/// A file to fill in: our columns and a row as an example.
package struct ProductTemplate {
    private let categories: [String]

    /// - Parameter categories: the approved ones.
    package init(categories: [String]) {
        self.categories = categories
    }

    /// As CSV in UTF-8.
    package var csv: [UInt8] {
        var csv = CSVWriter()
        for field in ProductField.allCases { csv.field(field.column) }
        csv.endRecord()
        for field in ProductField.allCases { csv.field(example(field)) }
        csv.endRecord()
        return csv.bytes
    }

    /// As a workbook: numbers and texts have their formats, categories are chosen from a list, a sheet explains every rule.
    package var workbook: [UInt8] {
        var bytes: [UInt8] = []
        let writer = WorkbookWriter { bytes.append(contentsOf: $0) }
        // What is in memory has no errors of a disk, and less than 4 GB.
        try! writeProducts(writer)
        try! writeCategories(writer)
        try! writeRules(writer)
        try! writer.finish()
        return bytes
    }

    private func writeProducts(_ writer: WorkbookWriter) throws {
        let fields = ProductField.allCases
        let choices =
            categories.isEmpty ? [] : [(ProductField.category.rawValue, "Categories!$A$2:$A$\(categories.count + 1)")]
        try writer.beginSheet(
            .init("Products", columns: fields.map { ($0.cellWidth, $0.cellStyle) }, choices: choices))
        try writer.row(fields.map { .text($0.column, .header) })
        try writer.row(
            fields.map { field in
                field.decimals == nil
                    ? .text(example(field), field.cellStyle)
                    : .decimal(example(field), field.cellStyle)
            })
    }

    private func writeCategories(_ writer: WorkbookWriter) throws {
        try writer.beginSheet(.init("Categories", columns: [(40, .text)]))
        try writer.row([.text("approved categories", .header)])
        for category in categories.prefix(WorkbookWriter.mostRows - 1) { try writer.row([.text(category, .text)]) }
    }

    private func writeRules(_ writer: WorkbookWriter) throws {
        try writer.beginSheet(.init("Rules", columns: [(20, .plain), (12, .plain), (60, .plain), (40, .plain)]))
        try writer.row(["column", "", "what it is", "what it may be"].map { .text($0, .header) })
        for field in ProductField.allCases {
            try writer.row([
                .text(field.column), .text(field.isRequired ? "required" : "optional"),
                .text(field.summary(in: categories)),
                .text(field.ruleInWords),
            ])
        }
        try writer.row([])
        for sentence in Self.sentences { try writer.row([.text(sentence)]) }
    }

    /// What holds for all columns.
    private static let sentences = [
        "Replace the example by your products, one in each row. Columns may stand in any order; optional ones may be missing.",
        "sku must not be in use by anybody, vendor_product_id not by you. Of rows with the same one, the first counts.",
        "Formulas count by the result that is stored. Cells with an error value such as #N/A reject their row.",
        "Hidden rows and hidden sheets are not read. Blank rows are passed over.",
        "Rows with errors come back with their errors: correct them and send that file.",
    ]

    private func example(_ field: ProductField) -> String {
        field == .category ? categories.first ?? field.example : field.example
    }
}

extension ProductField {
    fileprivate func summary(in categories: [String]) -> String {
        self == .category ? "One of the sheet Categories." : summary
    }
}
