import Testing

@testable import Catalog

@Suite struct OriginalRowTests {
    private func row(_ json: String) -> OriginalRow {
        var json = json
        return json.withUTF8 { OriginalRow(json: UnsafeRawBufferPointer($0)) }
    }

    @Test("Cells, surplus cells and what a mapping made of them are told apart")
    func parts() {
        let row = row(#"{"sku": "S1", "_extra": ["a", "b,c"], "_mapped": {"sku": "M-S1", "price": "1"}, "price": "x"}"#)
        #expect(row.cells == ["sku": "S1", "price": "x"])
        #expect(row.surplus == ["a", "b,c"] && row.mapped == ["sku": "M-S1", "price": "1"] && row.line.isEmpty)
        #expect(self.row(#"{"_line": "a,\"b"}"#).line == "a,\"b")
        #expect(self.row("{}") == self.row(""))
    }

    @Test(
        "Strings lose their quotes and escapes and nothing else",
        arguments: [
            (#""""#, ""), (#""plain""#, "plain"), (#""a\"b\\c\/d""#, "a\"b\\c/d"),
            (#""\n\r\t\b\f""#, "\n\r\t\u{8}\u{C}"),
            (#""\u0001x\u001f""#, "\u{1}x\u{1F}"), (#""\ud83c\udfa7!""#, "🎧!"),
            (#""Größe 🎧 { [ , ] }""#, "Größe 🎧 { [ , ] }"),
            ("null", ""), ("12.5", "12.5"), ("true", "true"), (#"{"a": ["}", 1]}"#, #"{"a": ["}", 1]}"#),
        ])
    func strings(json: String, expected: String) {
        #expect(
            row(#"{"before": "1", "it": \#(json), "after": "2"}"#).cells == [
                "before": "1", "it": expected, "after": "2",
            ])
    }
}
