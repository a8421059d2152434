import Testing

@testable import Tabular

/// Tables that are no plain CSV text.
struct OtherShapeTests {
    private func rows(_ text: String, takesJSON: Bool = true) throws -> [[String]] {
        try rows(Array(text.utf8), takesJSON: takesJSON)
    }

    private func rows(_ bytes: [UInt8], takesJSON: Bool = true) throws -> [[String]] {
        try UploadReader(limits: FileLimits(), takesJSON: takesJSON).read(BytesInMemory(bytes, piece: 7)) { _ in }.rows
            .map(\.cells)
    }

    @Test(
        "A first line that names the separator is none of the table",
        arguments: [
            ("sep=;\r\na;b,c\n1;2,3\n", [["a", "b,c"], ["1", "2,3"]]), ("\"SEP=|\"\na|b\n", [["a", "b"]]),
            ("sep=\t\na\tb\n", [["a", "b"]]),
        ])
    func separatorLine(text: String, expected: [[String]]) throws {
        #expect(try rows(text) == expected)
        #expect(try Craft.read(Array(text.utf8)).rows.first?.line == 2)
    }

    @Test("A header that only looks like it is a header", arguments: ["sep=;", "sep,=;\n1,2\n", "sep\na\n"])
    func noSeparatorLine(text: String) throws {
        #expect(try rows(text).first?.joined(separator: ",").hasPrefix("sep") == true)
    }

    @Test("UTF-16 without a mark is found where it is certain", arguments: [true, false])
    func wide(isBigEndian: Bool) throws {
        let text = "vendor_product_id;größe\r\nП1;漢字🎧\r\n"
        let bytes = text.utf16.flatMap { unit in
            let pair = [UInt8(unit & 0xFF), UInt8(unit >> 8)]
            return isBigEndian ? pair.reversed() : pair
        }
        let upload = try Craft.read(bytes)
        #expect(upload.encoding == (isBigEndian ? .utf16BigEndian : .utf16LittleEndian))
        #expect(try upload.rows.map(\.cells) == [["vendor_product_id", "größe"], ["П1", "漢字🎧"]])
    }

    @Test(
        "Text with single NULs is no UTF-16",
        arguments: [
            Array("v\0e\0n\0d\0o\0r\0,\0".utf8), Array("\0vendor_product_id,sku\n1,2\n".utf8),
            Array("a\0bcdefghijklmnop\nx\n".utf8),
        ])
    func notWide(bytes: [UInt8]) throws {
        #expect(throws: FileFailure.headerHasNUL(line: 1)) { try rows(bytes) }
    }

    @Test(
        "JSON objects are rows, their names columns",
        arguments: [
            ("{\"a\":1,\"b\":\"x\"}\n{\"b\":\"y\",\"c\":true}\n", [["a", "b", "c"], ["1", "x"], ["", "y", "true"]]),
            (
                " [ {\"a\" : null , \"b\":19.90}, {\"a\":\"\\u00fc\\ud83c\\udfa7\\n\\\"\"} ] ",
                [["a", "b"], ["", "19.90"], ["ü🎧\n\""]]
            ),
            (
                "[{\"a\":[1,\"b\",null],\"o\":{\"x\":[1, {}]},\"n\":[[1]]}]",
                [["a", "o", "n"], ["1; b", "{\"x\":[1, {}]}", "[[1]]"]]
            ),
            ("{\"a\":1e2,\"b\":-0.5,\"a\":2}\n", [["a", "b"], ["2", "-0.5"]]),
            ("{\"a\\r\\nb\\nc\":1}", [["a  b c"], ["1"]]),
            ("{\"a\":1.5E-3}\n\n{\"a\":\"[{\"}", [["a"], ["0.0015"], ["[{"]]),
        ])
    func json(text: String, expected: [[String]]) throws {
        #expect(try rows(text) == expected)
    }

    @Test(
        "What is no JSON is refused with its record",
        arguments: [
            ("{\"a\":1}x", "something else than objects stands after record 1"),
            ("{\"a\":1", "it ends in the middle of record 1"),
            ("{\"a\":1}\n{\"a\":01}", "record 2 is no object of names and values"),
            ("{\"a\"}", "record 1 is no object of names and values"),
            ("{\"a\":1,}", "record 1 is no object of names and values"),
            ("{\"a\":tru}", "record 1 is no object of names and values"),
            ("{\"a\":\"\\x\"}", "record 1 is no object of names and values"),
            ("[{\"a\":[1}]", "record 1 is no object of names and values"),
            (
                "{\"a\":\(String(repeating: "[", count: 100))\(String(repeating: "]", count: 100))}",
                "record 1 is no object of names and values"
            ),
        ])
    func damagedJSON(text: String, reason: String) {
        #expect(throws: FileFailure.damagedJSON(reason: reason)) { try rows(text) }
    }

    @Test("Who reads JSON by itself gets it as it is")
    func asItIs() throws {
        let text = "[{\"a\":1}]"
        let upload = try UploadReader(limits: FileLimits()).read(BytesInMemory(Array(text.utf8))) { _ in }
        #expect(try upload.content == text)
    }
}
