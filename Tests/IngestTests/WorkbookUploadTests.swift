import CSV
import Catalog
import Foundation
import Postgres
import Storage
import Testing

@testable import Ingest
@testable import Tabular

/// Workbooks, and other tables that are no CSV text, through the pipeline.
@Suite(.timeLimit(.minutes(5))) struct WorkbookUploadTests {
    private static let header = Onboarding.header.split(separator: ",").map(String.init)

    /// A workbook of one sheet with these rows.
    private func workbook(_ rows: [[String]], sheet: String = "Products", before: [String] = []) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let writer = WorkbookWriter { bytes.append(contentsOf: $0) }
        for name in before {
            try writer.beginSheet(.init(name))
            try writer.row([.text("a note about the others"), .text("x")])
        }
        try writer.beginSheet(.init(sheet))
        for row in rows { try writer.row(row.map { .number($0) }) }
        try writer.finish()
        return bytes
    }

    /// The rows of a workbook in the store.
    private func rows(_ onboarding: Onboarding, _ key: String?) throws -> [[String]] {
        let file = try LocalFile(path: onboarding.store.path(of: key ?? "missing"))
        let upload = try UploadReader(limits: FileLimits()).read(file) { _ in }
        let layout = try FileLayout(upload, limits: FileLimits())
        let reader = CSVReader(format: layout.format, upload.spool)
        var rows: [[String]] = []
        while let record = try reader.nextRow() { rows.append(record.names) }
        return rows
    }

    @Test(
        "A workbook's rows are loaded, its errors have Excel's rows, and what was rejected loads again when it is corrected"
    )
    func roundTrip() async throws {
        try await Onboarding.with { onboarding in
            let rows = [
                ["Our products"], [], Self.header, ["P1", "Line\nbreak", "Audio", "4006381333931", "19.9", "5"],
                ["P2", "Lamp", "Audio", "00042", "abc", "1"], [], ["P3", "#N/A", "Toys", "#REF!", "5", "1"],
                ["P4", "Good", "Toys", "S4", "5", "1"],
            ]
            let outcome = try await onboarding.ingest(bytes: try workbook(rows, before: ["Notes"]))
            #expect(outcome.status == .partial && outcome.counts.valid == 2 && outcome.counts.error == 2)
            #expect(outcome.errors.map(\.lineNumber) == [5, 7, 7, 7])
            #expect(outcome.errors.map(\.rowNumber) == [2, 3, 3, 3])
            #expect(
                outcome.messages == [
                    "Price must be a number with at most 2 decimals: 'abc'",
                    "product_name is an error value of the workbook: '#N/A'",
                    "sku is an error value of the workbook: '#REF!'",
                    "sku looks as if a spreadsheet had changed it: '#REF!'",
                ])
            #expect(
                try await onboarding.value(
                    "select detail ->> 'workbook' from catalog.upload_events where event = 'file.read'")
                    == "{\"sheet\": \"Products\", \"hiddenRows\": 0, \"otherSheets\": [\"Notes\"]}")
            #expect(
                try await onboarding.value("select sku from catalog.products where vendor_product_id = 'P1'")
                    == "4006381333931")

            #expect(outcome.result.rejectedFile?.hasSuffix("_rejected.xlsx") == true)
            var rejected = try self.rows(onboarding, outcome.result.rejectedFile)
            #expect(rejected[0] == Self.header + ["_row", "_line", "_errors"])
            #expect(rejected[1].prefix(8) == ["P2", "Lamp", "Audio", "00042", "abc", "1", "2", "5"])
            (rejected[1][4], rejected[2][1], rejected[2][3]) = ("7.5", "Named", "S3")
            let again = try await onboarding.ingest(bytes: try workbook(rejected))
            #expect(again.status == .completed && again.counts.created == 2, "\(again.messages)")
        }
    }

    @Test("The sheet that is named is read, and one that is not there is named with those that are")
    func namedSheet() async throws {
        try await Onboarding.with { onboarding in
            let bytes = try workbook([Self.header, ["P1", "N", "Audio", "S1", "1", "1"]], before: ["Notes"])
            let wrong = try await onboarding.ingest(bytes: bytes, sheet: "Prices")
            #expect(wrong.result.end.failure?.type == .unreadableFile)
            #expect(
                wrong.result.end.failure?.message == "The workbook has no sheet 'Prices': it has 'Notes', 'Products'.")
            #expect(
                try await onboarding.ingest(bytes: bytes, sheet: "Notes").result.end.failure?.type == .missingColumn)
            #expect(try await onboarding.ingest(bytes: bytes, sheet: "products").status == .completed)
            #expect(
                try await onboarding.value("select sheet from catalog.upload_history where status = 'completed'")
                    == "products")
        }
    }

    @Test("The errors of any upload are to be had as a workbook")
    func errorWorkbook() async throws {
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest(["P1,=N,Audio,S1,x,1", "P2,N,Audio,S2,1,1"])
            let writer = ReportWriter(store: onboarding.store)
            let id = outcome.result.upload.uploadID
            let key = try await writer.writeWorkbook(id, vendorID: "V1", onboarding.connection)
            let expected = [
                ErrorReport.header, ["1", "P1", "S1", "=N", "INVALID_PRICE", outcome.messages[0], "x", "1"],
            ]
            #expect(try self.rows(onboarding, key) == expected)
            let clean = try await onboarding.ingest(["P3,N,Audio,S3,1,1"])
            #expect(
                try await writer.writeWorkbook(clean.result.upload.uploadID, vendorID: "V1", onboarding.connection)
                    == nil)
        }
    }

    @Test("JSON lines are rows, whose rejected ones come back as CSV")
    func json() async throws {
        try await Onboarding.with { onboarding in
            let object = { (id: String, price: String) in
                "{\"vendor_product_id\":\"\(id)\",\"product_name\":\"N\",\"category\":\"Audio\",\"sku\":\"\(id)\",\"price\":\(price),\"stock_quantity\":1}\n"
            }
            let outcome = try await onboarding.ingest(text: object("P1", "19.90") + object("P2", "\"x\""))
            #expect(outcome.counts.valid == 1 && outcome.types == ["INVALID_PRICE"])
            #expect(try onboarding.object(outcome.result.rejectedFile).contains("P2,N,Audio,P2,x,1,2,3,"))
        }
    }

    @Test("The template is a file that loads, in both formats", arguments: [true, false])
    func template(isWorkbook: Bool) async throws {
        try await Onboarding.with { onboarding in
            let template = ProductTemplate(categories: ["Audio", "Toys"])
            let outcome = try await onboarding.ingest(bytes: isWorkbook ? template.workbook : template.csv)
            #expect(outcome.status == .completed && outcome.counts.created == 1, "\(outcome.messages)")
            #expect(try await onboarding.value("select price::text from catalog.products") == "59.90")
        }
    }
}
