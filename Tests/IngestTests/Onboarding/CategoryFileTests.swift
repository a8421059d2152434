import Foundation
import Postgres
import TestSupport
import Testing

@testable import Catalog
@testable import Ingest
@testable import Storage
@testable import Tabular

/// What `catalog category import` approves: what rows of the file are compared with, and nothing else.
@Suite(.timeLimit(.minutes(5))) struct CategoryFileTests {
    private func names(_ text: String, column: String? = nil) throws -> CategoryFile.Names {
        let folder = try TemporaryFolder()
        let file = try LocalFile(path: try folder.write(text, to: "categories.csv"))
        return try CategoryFile(limits: FileLimits()).names(in: file, column: column)
    }

    @Test("A list has a name on each line, commas and all")
    func list() throws {
        #expect(
            try names("Lamps\nTables, chairs\n\n \"Sofas, beds\" \n\u{A0}Rugs\u{200B}\nLamps\n").names == [
                "Lamps", "Tables, chairs", "Sofas, beds", "Rugs",
            ])
        #expect(
            try names("Mo\u{308}bel\nM\u{F6}bel\n").names.map { Array($0.unicodeScalars) } == [
                Array("M\u{F6}bel".unicodeScalars)
            ])
    }

    @Test("A header is not a category", arguments: ["Kategorie", "Category Name", "CATEGORIES", "Catégorie"])
    func header(word: String) throws {
        let found = try names("\(word)\nLamps\n")
        #expect(found.names == ["Lamps"] && found.header == word)
    }

    @Test("Of a vendor's file the column counts; rows that are refused as malformed approve nothing")
    func vendorFile() throws {
        let text = "sku\u{A0},Category\u{200B}\n1, Lamps \n2,\"Big\" ones\n3,\"open\n4,Ghost\n"
        #expect(try names(text).names == ["Lamps"])
        let shifted = "sku,Category,brand\n1,Lamps,,,\n2,\"Big\", ones,Rugs,x\n3,Sofas\n"
        #expect(try names(shifted).names == ["Lamps", "Sofas"])
        #expect(try names("sku,Warengruppe\n1,Lamps\n", column: "warengruppe").names == ["Lamps"])
    }

    private func workbook(_ sheets: [(name: String, rows: [[String]])]) throws -> LocalFile {
        let folder = try TemporaryFolder()
        var bytes: [UInt8] = []
        let writer = WorkbookWriter { bytes.append(contentsOf: $0) }
        for sheet in sheets {
            try writer.beginSheet(.init(sheet.name))
            for row in sheet.rows { try writer.row(row.map { .text($0) }) }
        }
        try writer.finish()
        let path = folder.file("categories.xlsx")
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return try LocalFile(path: path)
    }

    @Test("Of a workbook the first sheet with the column counts, or the one that is named")
    func sheets() throws {
        let file = try workbook([
            ("Notes", [["a note", "about the others"]]), ("A", [["ours"], [], ["sku", "category"], ["1", "Lamps"]]),
            ("B", [["sku", "category"], ["1", "Rugs"]]),
        ])
        let categories = CategoryFile(limits: FileLimits())
        #expect(try categories.names(in: file).names == ["Lamps"])
        #expect(file.rewind())
        #expect(try categories.names(in: file, sheet: "B").names == ["Rugs"])
    }

    @Test("JSON is read as a vendor's file is", arguments: ["[%]", "%"])
    func json(_ frame: String) throws {
        let objects = ["{\"sku\": \"1\", \"category\": \"Lamps\"}", "{\"sku\": \"2\", \"category\": \"Rugs\"}"]
        let text = frame.replacing("%", with: objects.joined(separator: frame == "%" ? "\n" : ","))
        #expect(try names(text).names == ["Lamps", "Rugs"])
        #expect(throws: UploadFailure.self) { try names("[{\"kind\": \"Lamps\"}]") }
    }

    @Test("What cannot be a list approves nothing")
    func refused() {
        for text in ["Lamps\n\"a\",\"b\"\n", "Lamps\n\"a\"b\n", "sku,Kategorie\n1,Lamps\n"] {
            #expect(throws: UploadFailure.self, "\(text)") { try names(text) }
        }
    }

    @Test("After the import of a file its rows pass")
    func rowsPass() async throws {
        try await Onboarding.with { onboarding in
            let categories = ["Mo\u{308}bel", " Rugs\u{A0}", "\"Tables, chairs\"", "=\"0012\"", "Au\u{AD}dio2"]
            let text =
                Onboarding.header + "\n"
                + categories.enumerated().map { "P\($0),N,\($1),S\($0),1,1\n" }.joined()
            let names = try names(text).names
            try await onboarding.connection.transaction { _ = try $0.addCategories(names) }
            let outcome = try await onboarding.ingest(text: text)
            #expect(outcome.status == .completed, "\(outcome.messages)")
        }
    }
}
