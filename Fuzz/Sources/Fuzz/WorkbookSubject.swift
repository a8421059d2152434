import CSV
import Foundation

@testable import Storage
@testable import Tabular

extension Subject {
    /// Whatever stands in the parts of a workbook, its rows are a table without a wrong quote, in Excel's order, or a failure says why
    /// not; and how the parser's buffer cuts the text makes no difference.
    static let workbook = Subject(
        name: "workbook", longest: 4000,
        seeds: [
            "\0\0\0<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>sku</t></is></c><c><v>1.5</v></c></row><row r=\"3\"><c s=\"1\"><v>7</v></c></row>",
            "\0\0\0<row hidden=\"1\"><c t=\"s\"><v>0</v></c></row><row><c t=\"b\"><v>1</v></c><c t=\"e\"><v>#N/A</v></c><c><f>1</f></c></row>",
            "\u{18}<si><t>a_x000D_&amp;</t></si>\u{0}\u{0}<row><c t=\"s\"><v>0</v></c><c t=\"str\"><v>x\"\n,</v></c></row>",
            "\0\u{8}yyyy-m-d\u{0}<row><c s=\"1\"><v>45000.5</v></c><c s=\"1\"><v>-1</v></c><c s=\"1\"><v>1e300</v></c></row>",
            "\0\u{5}00000\u{5}B1:B3<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>1</v></c></row>",
        ].map { Array($0.utf8) },
        words: [
            "<row r=\"", "<row>", "</row>", "<c r=\"A1\"", " s=\"1\"", " t=\"s\"", " t=\"inlineStr\"", "<v>", "</v>",
            "</c>", "<is><t>",
            "</t></is>", "<f>", "<f/>", " hidden=\"1\"", "1048576", "XFD", "_x000D_", "E+30", "[h]", "0.00", "General",
            "#,##0", "</sheetData>",
        ]
    ) { input in
        var choices = Choices(input)
        let strings = choices.text()
        let code = choices.text().replacing("\"", with: "&quot;").replacing("<", with: "&lt;")
        let merged = choices.text().filter { $0.isLetter || $0.isNumber || $0 == ":" }
        let rows = String(decoding: choices.all(), as: UTF8.self)
        let parts = Self.parts(strings: strings, code: code, merged: merged, rows: rows)
        let bytes = Self.archive(parts)
        guard
            let upload = answer(
                FileFailure.self, { try UploadReader(limits: FileLimits()).read(Pieces([bytes[...]])) { _ in } })
        else { return }
        Self.checkTable(upload)
    }

    private static func checkTable(_ upload: SpooledUpload) {
        var format = CSVFormat()
        format.countsQuotedLineEnds = false
        let reader = CSVReader(format: format, upload.spool)
        var line = 0
        while let record = try? reader.next() {
            expect(
                record.problem == nil,
                "line \(record.line) is malformed: \(String(decoding: record.raw, as: UTF8.self))")
            expect(record.line > line && record.line <= 1_048_576, "line \(record.line) comes after \(line)")
            line = record.line
        }
    }

    private static func parts(strings: String, code: String, merged: String, rows: String) -> [(String, String)] {
        let relationships = ["worksheet", "sharedStrings", "styles"].map {
            "<Relationship Id=\"\($0)\" Type=\"x/\($0)\" Target=\"\($0).xml\"/>"
        }
        let root =
            "<Relationships><Relationship Id=\"a\" Type=\"x/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        let merges = merged.isEmpty ? "" : "<mergeCells><mergeCell ref=\"\(merged)\"/></mergeCells>"
        return [
            ("[Content_Types].xml", "<Types/>"), ("_rels/.rels", root),
            ("xl/workbook.xml", "<workbook><sheets><sheet name=\"T\" id=\"worksheet\"/></sheets></workbook>"),
            ("xl/_rels/workbook.xml.rels", "<Relationships>\(relationships.joined())</Relationships>"),
            ("xl/sharedStrings.xml", "<sst>\(strings)</sst>"),
            (
                "xl/styles.xml",
                "<a><numFmts><numFmt numFmtId=\"164\" formatCode=\"\(code)\"/></numFmts>"
                    + "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/></cellXfs></a>"
            ),
            ("xl/worksheet.xml", "<worksheet><sheetData>\(rows)</sheetData>\(merges)</worksheet>"),
        ]
    }

    static func archive(_ files: [(String, String)]) -> [UInt8] {
        var bytes: [UInt8] = []
        let writer = ZIPWriter { bytes.append(contentsOf: $0) }
        // Into memory nothing fails.
        for (name, text) in files { try! writer.add(name, text) }
        try! writer.finish()
        return bytes
    }
}
