import Testing

@testable import Tabular

/// What no writer of the other tests puts into a workbook.
@Suite(.timeLimit(.minutes(1))) struct WorkbookReaderTests {
    private static let styles = """
        <styleSheet><numFmts><numFmt numFmtId="164" formatCode="00000"/><numFmt numFmtId="165" formatCode="0.00 &quot;€&quot;"/></numFmts>\
        <cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>\
        <cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="165"/></cellXfs></styleSheet>
        """

    private func cells(_ row: String, properties: String = "", strings: String? = nil) throws -> [String] {
        let bytes = try Craft.workbook(
            "<row r='1'><c r='A1' t='str'><v>h</v></c></row><row r='2'>\(row)</row>", strings: strings,
            styles: Self.styles,
            properties: properties)
        return try Craft.read(bytes).rows.last?.cells ?? []
    }

    @Test(
        "A cell says what a person sees",
        arguments: [
            ("<c><v>0.57999999999999996</v></c>", "0.58"), ("<c><v>4006391234567</v></c>", "4006391234567"),
            ("<c><v>4.006391234567E+12</v></c>", "4006391234567"), ("<c s='1'><v>42</v></c>", "00042"),
            ("<c s='2'><v>45647</v></c>", "2024-12-21"), ("<c s='3'><v>45647.4375</v></c>", "2024-12-21T10:30:00"),
            ("<c s='4'><v>11.885</v></c>", "11.89"), ("<c t='b'><v>1</v></c>", "TRUE"),
            ("<c t='b'><v>0</v></c>", "FALSE"),
            ("<c t='e'><v>#N/A</v></c>", "#N/A"), ("<c t='d'><v>2024-12-21</v></c>", "2024-12-21"),
            ("<c t='str'><f>A1&amp;B1</f><v>a_x000D_b</v></c>", "a\rb"), ("<c><f>1+1</f><v>2</v></c>", "2"),
            ("<c><f>1+1</f></c>", "#NO RESULT!"), ("<c><f>1+1</f><v></v></c>", "#NO RESULT!"),
            ("<c t='s'><v>1</v></c>", "bold plain"),
            ("<c t='inlineStr'><is><r><t>in</t></r><r><t>line</t></r><rPh><t>no</t></rPh></is></c>", "inline"),
            ("<c s='99'><v>5</v></c>", "5"), ("<c s='x'><v>text</v></c>", "text"),
            ("<x:c xmlns:x='u'><x:v>7</x:v></x:c>", "7"),
            ("<c t='inlineStr'><is><t xml:space='preserve'> a\nb </t></is></c>", " a\nb "),
            ("<c t='str'><v>a,\"b\"</v></c>", "a,\"b\""),
        ])
    func value(cell: String, text: String) throws {
        let strings =
            "<sst><si><t>first</t></si><si><r><rPr><b/></rPr><t>bold</t></r><r><t> plain</t></r><rPh><t>x</t></rPh></si></sst>"
        #expect(try cells(cell, strings: strings) == [text])
    }

    @Test("Days are counted from 1904 where the workbook says so")
    func since1904() throws {
        #expect(try cells("<c s='2'><v>44185</v></c>", properties: "<workbookPr date1904='1'/>") == ["2024-12-21"])
    }

    @Test("Cells and rows without a place follow one another; gaps are empty")
    func places() throws {
        let bytes = try Craft.workbook(
            "<row><c><v>1</v></c><c><v>2</v></c></row><row r='4'><c r='B4'><v>3</v></c><c><v>4</v></c></row><row><c r='A5'/></row>"
        )
        let rows = try Craft.read(bytes).rows
        #expect(rows.map(\.line) == [1, 4] && rows.map(\.cells) == [["1", "2"], ["", "3", "4"]])
    }

    @Test("Rows have Excel's numbers, whatever line breaks stand in their cells")
    func lines() throws {
        let text = "<c t='str'><v>a\nb\nc</v></c><c t='str'><v>x</v></c>"
        let bytes = try Craft.workbook((1...4).map { "<row r='\($0 * 2)'>\(text)</row>" }.joined())
        let upload = try Craft.read(bytes)
        #expect(try upload.rows.map(\.line) == [2, 4, 6, 8])
        #expect(try upload.rows.map { $0.cells[0] } == ["a b c", "a\nb\nc", "a\nb\nc", "a\nb\nc"])
    }

    @Test("Hidden rows are passed over and counted; cells that are merged over rows have their value in each of them")
    func hiddenAndMerged() throws {
        let rows = """
            <row r='1'><c t='str'><v>a</v></c><c t='str'><v>b</v></c></row><row r='2' hidden='1'><c><v>9</v></c></row>\
            <row r='3'><c><v>1</v></c><c t='str'><v>m</v></c></row><row r='4'><c><v>2</v></c><c r='B4'/></row>\
            <row r='5'/><row r='6'><c><v>3</v></c></row><row r='7'><c><v>4</v></c></row>
            """
        let merged =
            "<mergeCells><mergeCell ref='B3:B6'/><mergeCell ref='A1:B1'/><mergeCell ref='nonsense'/></mergeCells>"
        let upload = try Craft.read(Craft.workbook(rows, behind: merged))
        #expect(try upload.rows.map(\.cells) == [["a", "b"], ["1", "m"], ["2", "m"], ["3", "m"], ["4"]])
        #expect(upload.workbook == WorkbookFacts(sheet: "Table", hiddenRows: 1, otherSheets: []))
    }

    @Test("The sheet is the first visible one with a header, or the one that was named")
    func sheets() throws {
        let row = { (first: String) in "<row><c t='str'><v>\(first)</v></c><c t='str'><v>price</v></c></row>" }
        let bytes = try Craft.workbook(
            "<row><c t='str'><v>A note</v></c></row>",
            sheets: [("Old", "hidden", row("sku")), ("Wide", "visible", row("x")), ("Prices", "visible", row("sku"))])
        let isHeader: ([String]) -> Bool = { $0.contains("sku") }
        #expect(try Craft.read(bytes, isHeader: isHeader).workbook?.sheet == "Prices")
        #expect(
            try Craft.read(bytes).workbook
                == WorkbookFacts(sheet: "Wide", hiddenRows: 0, otherSheets: ["Table", "Prices"]))
        #expect(try Craft.read(bytes, sheet: "old").workbook?.sheet == "Old")
        #expect(throws: FileFailure.noSuchSheet("New", found: ["Table", "Old", "Wide", "Prices"])) {
            try Craft.read(bytes, sheet: "New")
        }
    }

    @Test(
        "A damaged workbook is refused with its reason",
        arguments: [
            ("<row r='2'/><row r='2'/>", "row 2 comes after row 2"),
            ("<row r='1048577'/>", "row 1048577 comes after row 0"),
            ("<row r='1'><c r='A2'/></row>", "a cell of row 1 says it is 'A2'"),
            ("<row r='1'><c r='XFE1'/></row>", "a cell of row 1 says it is 'XFE1'"),
            ("<row><c t='s'><v>0</v></c></row>", "a cell refers to text 0 of 0"),
            ("<row><c t='s'><v>-1</v></c></row>", "a cell refers to a text by '-1'"),
            ("<row><c><v>&x;</v></c></row>", "a reference is unknown: 'x'"),
        ])
    func damaged(rows: String, reason: String) {
        #expect(throws: FileFailure.damagedWorkbook(reason: reason)) { try Craft.read(Craft.workbook(rows)) }
    }

    @Test(
        "A DOCTYPE in any part is refused",
        arguments: ["xl/workbook.xml", "xl/sharedStrings.xml", "xl/worksheets/s0.xml", "_rels/.rels"])
    func documentType(part: String) {
        let text = "<!DOCTYPE lolz [<!ENTITY lol \"lol\">]><x/>"
        #expect(throws: FileFailure.damagedWorkbook(reason: "it has a DOCTYPE")) {
            try Craft.read(Craft.workbook("<row><c><v>1</v></c></row>", files: [(part, text)]))
        }
    }

    @Test("A workbook without rows is empty, one that lacks a part is damaged")
    func nothing() {
        #expect(throws: FileFailure.emptyWorkbook) { try Craft.read(Craft.workbook("")) }
        #expect(throws: FileFailure.damagedWorkbook(reason: "its part 'xl/_rels/workbook.xml.rels' is missing")) {
            try Craft.read(
                Craft.archive([
                    ("[Content_Types].xml", "<Types/>"), ("xl/workbook.xml", "<workbook/>"),
                    (
                        "_rels/.rels",
                        "<Relationships><Relationship Id='a' Type='x/officeDocument' Target='xl/workbook.xml'/></Relationships>"
                    ),
                ]))
        }
    }

    @Test("One text that all cells refer to, and rows as wide as a sheet, end at the limit of a file")
    func bombs() throws {
        var limits = FileLimits()
        limits.maximumFileBytes = 1 << 20
        let strings = "<sst><si><t>\(String(repeating: "x", count: 30_000))</t></si></sst>"
        let cell = "<c t='s'><v>0</v></c>"
        let bytes = try Craft.workbook(String(repeating: "<row>\(cell)\(cell)</row>", count: 100), strings: strings)
        #expect(throws: FileFailure.tooLarge(limit: 1 << 20, isInflated: true)) {
            try Craft.read(bytes, limits: limits)
        }
        let blanks = try Craft.workbook(String(repeating: " ", count: 20 << 20))
        #expect(throws: FileFailure.tooLarge(limit: 16 << 20, isInflated: true)) {
            try Craft.read(blanks, limits: limits)
        }
        let long = try Craft.workbook("<row><c t='str'><v>\(String(repeating: "x", count: 2 << 20))</v></c></row>")
        #expect(throws: FileFailure.damagedWorkbook(reason: "a cell holds more than 1048576 bytes")) {
            try Craft.read(long)
        }
    }
}
