import CSV
import Testing

@Suite struct CSVWriterTests {
    private func write(_ rows: [[String]], _ writer: CSVWriter = CSVWriter()) -> String {
        var writer = writer
        for row in rows {
            for value in row { writer.field(value) }
            writer.endRecord()
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test("records end with CR LF, fields are separated by commas")
    func plain() {
        #expect(write([["a", "b"], ["1", ""], ["", ""]]) == "a,b\r\n1,\r\n,\r\n")
    }

    @Test(
        "a value stands between quotes where it must",
        arguments: [
            ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""), ("\"", "\"\"\"\""), ("a\nb", "\"a\nb\""),
            ("a\rb", "\"a\rb\""), ("\r\n", "\"\r\n\""), (" a", "\" a\""), ("a ", "\"a \""), ("\ta", "\"\ta\""),
            ("a\t", "\"a\t\""), (" ", "\" \""),
        ] as [(Text, Text)])
    func quoted(value: Text, written: Text) {
        #expect(write([["x", value.string, "y"]]) == "x,\(written.string),y\r\n")
    }

    @Test("other values do not", arguments: ["a b", "a;b", "a'b", "ü漢", "-1.50", "a\tb"] as [Text])
    func unquoted(value: Text) {
        #expect(write([[value.string]]) == "\(value.string)\r\n")
    }

    @Test("separator and line ending may be others")
    func otherFormat() {
        let writer = CSVWriter(separator: UInt8(ascii: ";"), lineEnding: "\n")
        #expect(write([["a,b", "c;d"], ["e", "f"]], writer) == "a,b;\"c;d\"\ne;f\n")
    }

    @Test("a record of one empty field is no blank line")
    func emptyRecord() throws {
        let text = write([["a"], [""], ["b"]])
        #expect(text == "a\r\n\"\"\r\nb\r\n")
        #expect(try records(text).map(\.strings) == [["a"], [""], ["b"]])
    }

    @Test("bytes may be drained between fields")
    func draining() {
        var writer = CSVWriter()
        writer.field("a")
        writer.bytes.removeAll(keepingCapacity: true)
        writer.field("b")
        writer.endRecord()
        #expect(String(decoding: writer.bytes, as: UTF8.self) == ",b\r\n")
    }

    @Test("bytes that are no UTF-8 are written as they are")
    func invalidUTF8() throws {
        var writer = CSVWriter()
        writer.field(UnsafeRawBufferPointer(start: nil, count: 0))
        [UInt8]([0xFF, 0x2C, 0xC3]).withUnsafeBytes { writer.field($0) }
        writer.endRecord()
        #expect(try records(writer.bytes).map(\.fields) == [[[], [0xFF, 0x2C, 0xC3]]])
    }
}
