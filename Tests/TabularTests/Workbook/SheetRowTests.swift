import Testing

@testable import Tabular

struct SheetRowTests {
    @Test(
        "A place in a sheet has letters and a number, within what a sheet can have",
        arguments: [
            ("A1", 0, 1), ("Z10", 25, 10), ("AA1", 26, 1), ("XFD1048576", 16_383, 1_048_576), ("$B$2", 1, 2),
            ("c3", 2, 3),
        ])
    func place(text: String, column: Int, row: Int) {
        let place = CellReference(text.utf8)
        #expect(place?.column == column && place?.row == row)
    }

    @Test(
        "Anything else is none",
        arguments: ["", "A", "1", "XFE1", "A1048577", "A0", "1A", "A1B", "Ä1", "A99999999999999999999"])
    func noPlace(text: String) {
        #expect(CellReference(text.utf8) == nil)
    }

    @Test("Cells that come out of order stand in order, the last of two in one place counts")
    func order() {
        var row = SheetRow()
        row.begin(1, isHidden: false)
        for (column, text) in [(2, "c"), (0, "a"), (2, "C"), (5, ""), (4, "e")] {
            row.add(column) { $0.append(contentsOf: text.utf8) }
        }
        #expect(row.texts == ["a", "", "C", "", "e"] && row.width == 5)
    }

    @Test(
        "Escapes stand for characters that XML cannot hold",
        arguments: [
            ("_x000D_", "\r"), ("a_x0041_b", "aAb"), ("_x005F_x0041_", "_x0041_"), ("_x00", "_x00"),
            ("_x0000_", "_x0000_"), ("_xD800_", "_xD800_"),
            ("__x000d_", "_\r"), ("plain_text_", "plain_text_"), ("_xZZZZ_", "_xZZZZ_"),
        ])
    func escapes(written: String, meant: String) {
        var bytes = Array(written.utf8)
        CellEscapes.decode(&bytes, from: 0)
        #expect(String(decoding: bytes, as: UTF8.self) == meant)
    }

    @Test(
        "What is escaped is read as it was, also where one escape would end in the beginning of another",
        arguments: [
            "a_x0041\u{17}", "_x005F_", "_x0041_x0042_", "\u{1}_x0041_", "_\u{1}_", "_x0041\t_x0041\u{2}_",
            "\u{FFFE}x\u{FFFF}", "_x0041\u{FFFF}",
        ])
    func written(_ text: String) {
        var bytes: [UInt8] = []
        WorkbookText.escape(text, into: &bytes)
        CellEscapes.decode(&bytes, from: 0)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }
}
