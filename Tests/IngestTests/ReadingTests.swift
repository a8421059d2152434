import Foundation
import Postgres
import Testing
import Text

@testable import Catalog
@testable import Ingest
@testable import Storage
@testable import Tabular

/// What is a row, and what a cell says.
@Suite(.timeLimit(.minutes(5))) struct ReadingTests {
    @Test("Rows that every lenient reader takes are taken")
    func lenient() async throws {
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest(
                text: Onboarding.header + ",brand,unit\n"
                    + [
                        "Q1,27\" screen,Audio,S1,1,1,a,b", "Q2, \"Lamp, big\",Audio,S2,2,2,a,b",
                        "\"Q3\" ,Lamp,Audio,\t\"S3\" ,3,3,a,b", "=\"0012\",Lamp,Audio,\"=\"\"0013\"\"\",4,4,,",
                        "Q5,Lamp,Audio,S5,5,5,a,b,, ,\"\"", "Q6,Lamp,Audio,S6,6,6", ",,,,,,,", " ,\"\",\u{A0},,,,=\"\"",
                        "",
                    ].joined(separator: "\n"))
            #expect(outcome.status == .completed, "\(outcome.messages)")
            #expect(outcome.counts.total == 6)
            let stored = try await onboarding.column(
                """
                select concat_ws('|', vendor_product_id, product_name, sku, brand) from catalog.products order by price
                """)
            #expect(
                stored == [
                    "Q1|27\" screen|S1|a", "Q2|Lamp, big|S2|a", "Q3|Lamp|S3|a", "0012|Lamp|0013", "Q5|Lamp|S5|a",
                    "Q6|Lamp|S6",
                ])
        }
    }

    @Test("Everything else stays an error: surplus values, missing required cells, text after a closing quote")
    func malformed() async throws {
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest([
                "P1,Lamp,Audio,S1,1,1,surplus", "P2,Lamp,Audio,S2,1", "P3,\"Big\" lamp,Audio,S3,1,1",
                "P4,Lamp,Audio,S4,1,1",
            ])
            #expect(
                outcome.messages == [
                    "Row has 7 fields, the header has 6", "Row has 5 fields, the header has 6",
                    "Unbalanced quote in field 2",
                ])
        }
    }

    @Test("A line of a description with unbalanced quotes does not become a product, and comes back whole")
    func ghost() async throws {
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest(
                text: Onboarding.header
                    + ",description\nD1,Lamp,Audio,D-1,5,1,\"old list:\nDX,Ghost,Audio,D-X,0.01,1,x\nthe \"good\" one\"\n"
                    + "D2,Lamp,Audio,D-2,5,1,fine\n")
            let doubtful = "Row may be part of a value of row 1, where a quote is unbalanced"
            #expect(outcome.messages == ["Unbalanced quote in field 7", doubtful, doubtful])
            #expect(try await onboarding.column("select sku from catalog.products") == ["D-2"])
            let rejected = try onboarding.object(outcome.result.rejectedFile)
            #expect(
                rejected.contains("DX,Ghost,Audio,D-X,0.01,1,x,2,"), "the cells of a row in doubt come back as cells")
        }
    }

    @Test(
        "One SKU has one form",
        arguments: [
            "I-1", "I-1\u{200B}", "I-1\u{A0}", "\u{FEFF}I-1", "I\u{AD}-1", "\u{2003}I-1\u{202F}", "I-1\u{200D}",
            "=\"I-1\"",
        ])
    func oneSKU(sku: String) async throws {
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest(["P0,Lamp,Audio,I-1,1,1", "P1,Lamp,Audio,\(sku),1,1"])
            #expect(outcome.messages == ["Duplicate SKU: I-1 already used in row 1"])
        }
    }

    @Test("Keys and categories are stored in NFC, however they were written")
    func normalized() async throws {
        try await Onboarding.with { onboarding in
            try await onboarding.connection.transaction { _ = try $0.addCategories(["M\u{F6}bel"]) }
            let outcome = try await onboarding.ingest([
                "Cafe\u{301},Lamp,Mo\u{308}bel,e\u{301},1,1", "Caf\u{E9},Lamp,M\u{F6}bel,x,1,1",
            ])
            #expect(outcome.messages == ["Duplicate vendor product ID: Caf\u{E9} already used in row 1"])
            let stored = try await onboarding.value(
                "select vendor_product_id || sku || category from catalog.products")
            #expect(stored?.unicodeScalars.elementsEqual("Caf\u{E9}\u{E9}M\u{F6}bel".unicodeScalars) == true)
        }
    }

    @Test("What is invisible is shown in messages, and trimmed from the header")
    func invisible() async throws {
        try await Onboarding.with { onboarding in
            let outcome = try await onboarding.ingest(
                text: "\u{200B}" + Onboarding.header.replacing("sku", with: "sku\u{A0}")
                    + "\nP1,Lamp,Au\u{85}dio,S1,1\u{A0}299,1\n")
            #expect(
                outcome.messages == [
                    "Price must be a number with at most 2 decimals: '1<U+00A0>299'",
                    "Category is not approved: 'Au<U+0085>dio' (did you mean 'Audio'?)",
                ])
        }
    }

    @Test("Lines of a title above the header are passed over, whatever they hold")
    func titles() async throws {
        try await Onboarding.with { onboarding in
            let semicolons = Onboarding.header.replacing(",", with: ";")
            let outcome = try await onboarding.ingest(
                text:
                    "\u{FEFF}Price list, \"Anna's\r\nof 3 November, 2024, v\"2\r\n;;;;;\r\n\(semicolons)\r\nP1;Lamp;Audio;S1;1;x\r\nP2;Lamp;Audio;S2;1;1\r\n"
            )
            #expect(outcome.errors.map(\.lineNumber) == [5] && outcome.errors.map(\.rowNumber) == [1])
            #expect(outcome.counts.created == 1)
            let failure = try await onboarding.ingest(text: "Price list\n\nsku,price\n1,2\n").result.end.failure
            #expect(failure?.type == .missingColumn)
        }
    }

    @Test("A mapping says how many lines to skip, and that an export guards its texts")
    func skipLines() async throws {
        try await Onboarding.with { onboarding in
            let mapping = """
                {"header": false, "skipLines": 2, "guarded": true, "columns": {
                 "vendor_product_id": {"from": ["1"]}, "product_name": {"from": ["2"]}, "category": {"constant": "Audio"},
                 "sku": {"from": ["1"]}, "price": {"from": ["3"]}, "stock_quantity": {"constant": "1"}}}
                """
            let outcome = try await onboarding.ingest(text: "a\n\"b\nP1,'@home,1\nP2,'quoted',2\n", mapping: mapping)
            #expect(outcome.status == .completed, "\(outcome.messages)")
            #expect(
                try await onboarding.column("select product_name from catalog.products order by sku") == [
                    "@home", "'quoted'",
                ])
        }
    }

    @Test("A mapping of the wrong shape is refused in the words of JSON")
    func wrongShape() {
        let json = #"{"columns": {"price": {"from": "Preis"}}}"#
        let error = #expect(throws: ColumnMappingError.self) { try ColumnMapping(json: Data(json.utf8)) }
        #expect(error?.description.contains("\"columns.price.from\" must be a list in square brackets") == true)
    }

    @Test(
        "A near header is named",
        arguments: [
            ("Price (EUR)", "price"), ("Product Name", "product_name"), ("SKU#", "sku"),
            ("stok_quantity", "stock_quantity"), ("prcie", "price"),
        ])
    func nearNames(written: String, meant: String) {
        #expect(NearName.find(meant, among: ["brand", written, "colour"]) == written)
        #expect(NearName.find(meant, among: ["brand", "colour", "x", ""]) == nil)
    }

    @Test("Trimming takes white space and what has no width at both ends, and nothing else")
    func trimming() {
        for (text, expected) in [
            ("", ""), (" ", ""), ("\u{3000}\u{FEFF}a\u{2003}b\u{2029}", "a\u{2003}b"), ("\u{85}é\u{AD}", "é"),
            ("é", "é"),
            ("日本\u{2060}", "日本"), ("❤\u{FE0F}", "❤\u{FE0F}"), ("\u{200B}\u{200B}", ""), ("x\u{1F3FB}", "x\u{1F3FB}"),
        ] { #expect(text.trimmed().unicodeScalars.elementsEqual(expected.unicodeScalars), "\(text.debugDescription)") }
        // Bytes that are not UTF-8 stay, wherever they are cut.
        for bytes: [UInt8] in [
            [0xC2], [0xA0], [0xE2, 0x80], [0x80, 0x8B], [0xBB, 0xBF, 0x41], [0xFF, 0xFE], [0xC2, 0x41],
        ] {
            #expect(bytes.withUnsafeBytes { Array($0.trimmed) } == bytes)
        }
    }
}
