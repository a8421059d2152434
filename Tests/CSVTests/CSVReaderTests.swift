import CSV
import Testing

struct CSVReaderTests {
    @Test("records know their fields, number, line, offset and raw bytes")
    func places() throws {
        let records = try read("sku,name\r\n\r\n1,\"two\nlines\"\n\n\nlast,\"a \"\"b\"\"\"")
        #expect(records.map(\.strings) == [["sku", "name"], ["1", "two\nlines"], ["last", "a \"b\""]])
        #expect(records.map(\.number) == [0, 1, 2])
        #expect(records.map(\.line) == [1, 3, 7])
        #expect(records.map(\.offset) == [0, 12, 28])
        #expect(records.map { String(decoding: $0.raw, as: UTF8.self) }[2] == "last,\"a \"\"b\"\"\"")
    }

    @Test(
        "an input of nothing, blank lines or a byte order mark has no records",
        arguments: ["", "\n", "\r\n\n", "\u{FEFF}"])
    func empty(text: String) throws {
        #expect(try read(text).isEmpty)
    }

    @Test("blank lines are records when they are not skipped")
    func blankLines() throws {
        let records = try read("a\n\r\n\nb", CSVFormat(skipsBlankLines: false))
        #expect(records.map(\.strings) == [["a"], [""], [""], ["b"]])
    }

    @Test("a byte order mark is passed over at the start only")
    func byteOrderMark() throws {
        let records = try read("\u{FEFF}a,b\n\u{FEFF}c,d")
        #expect(records.map(\.strings) == [["a", "b"], ["\u{FEFF}c", "d"]])
        #expect(records.map(\.offset) == [3, 7])
    }

    @Test("a CR that no LF follows is data, but ends the last line")
    func loneCR() throws {
        #expect(try read("a\rb,c\r\nd\r").map(\.strings) == [["a\rb", "c"], ["d"]])
    }

    @Test("classic Mac lines end with CR, and LF is data")
    func mac() throws {
        let records = try read("a,b\r1,\"x\ry\"\r\r2,z\nz", CSVFormat(lineEnding: .cr))
        #expect(records.map(\.strings) == [["a", "b"], ["1", "x\ry"], ["2", "z\nz"]])
        #expect(records.map(\.line) == [1, 2, 5])
    }

    @Test("NUL and invalid UTF-8 are data")
    func anyByte() throws {
        #expect(try read([0, 44, 0xFF, 10, 0xC3]).map(\.fields) == [[[0], [0xFF]], [[0xC3]]])
    }

    @Test("fields tell whether they are quoted and hold escapes")
    func fields() throws {
        let reader = CSVReader(format: CSVFormat(), read: source(of: Array("a,\"b\",\"c\"\"d\",\"\"".utf8)))
        let record = try #require(try reader.next())
        #expect((0..<4).map { record[$0].isQuoted } == [false, true, true, true])
        #expect((0..<4).map { record[$0].hasEscapes } == [false, false, true, false])
        #expect((0..<4).map { record[$0].string } == ["a", "b", "c\"d", ""])
        #expect(Array(record[2].bytes) == Array("c\"\"d".utf8))
    }

    @Test(
        "what every lenient reader takes is taken",
        arguments: [
            ("Q1,27\" screen,x", ["Q1", "27\" screen", "x"]), ("Q2, \"Lamp, big\",x", ["Q2", "Lamp, big", "x"]),
            ("\"Q5\" ,x", ["Q5", "x"]), ("a, \t\"b\"\t ,c", ["a", "b", "c"]), ("\"a \"\"b\"\" \" ", ["a \"b\" "]),
            ("=\"0012\",x", ["=\"0012\"", "x"]), ("a\",\"b\nc\"", ["a\"", "b\nc"]), (" a , b", [" a ", " b"]),
            (" \"a\r\nb\" \r\n", ["a\r\nb"]), ("5\",6\"\r\n", ["5\"", "6\""]),
        ])
    func lenient(text: String, fields: [String]) throws {
        let records = try read(text)
        #expect(records.map(\.strings) == [fields])
        #expect(records.map(\.problem) == [nil])
    }

    @Test(
        "what is still not a quoted value is malformed",
        arguments: ["\"a\"b,c", "\"a\" \"b\",c", " \"a\" b,c", "\"a\"\r,c", "\"a\" b"])
    func malformed(text: String) throws {
        #expect(try read(text).map(\.problem) == [.textAfterQuote(field: 0)])
    }

    @Test("lines before the first record are passed over, whatever quotes they hold")
    func skippedLines() throws {
        var format = CSVFormat()
        format.skippedLines = 2
        let records = try read("\u{FEFF}List of \"Anna\r\n\r\na,b\n1,2\n", format)
        #expect(records.map(\.strings) == [["a", "b"], ["1", "2"]])
        #expect(records.map(\.line) == [3, 4])
        format.skippedLines = 9
        #expect(try read("a\nb", format).isEmpty)
    }

    @Test("unescaping into memory writes the value and returns its length", arguments: ["", "x", "\"", "\"\"a\"\"b\""])
    func unescape(value: String) throws {
        var writer = CSVWriter()
        writer.field(value)
        writer.endRecord()
        let reader = CSVReader(format: CSVFormat(), read: source(of: writer.bytes))
        let record = try #require(try reader.next())
        var buffer = [UInt8](repeating: 0, count: record[0].bytes.count)
        let length = buffer.withUnsafeMutableBytes { record[0].unescape(into: $0) }
        #expect(String(decoding: buffer[..<length], as: UTF8.self) == value)
    }

    @Test("records with more fields than a block has bytes are read")
    func manyFields() throws {
        let text = Array(repeating: "", count: 5000).joined(separator: ",")
        let records = try read(text + "\n" + text)
        #expect(records.map(\.fields.count) == [5000, 5000])
    }

    @Test("bytesConsumed counts what the returned records and their line ends take")
    func bytesConsumed() throws {
        let reader = CSVReader(format: CSVFormat(), read: source(of: Array("a,b\r\nc\n\nd".utf8)))
        var consumed: [Int] = []
        while try reader.next() != nil { consumed.append(reader.bytesConsumed) }
        #expect(consumed == [5, 7, 9])
        #expect(reader.bytesConsumed == 9)
    }

    @Test("an error of the source is thrown by next")
    func sourceError() throws {
        struct Broken: Error {}
        var calls = 0
        let reader = CSVReader(format: CSVFormat()) { buffer in
            calls += 1
            guard calls == 1 else { throw Broken() }
            let line = Array((String(repeating: "x", count: 99) + "\n").utf8)
            buffer.copyBytes(from: line + line)
            return 200
        }
        #expect(try reader.next()?.count == 1)
        #expect(throws: Broken.self) { while try reader.next() != nil {} }
    }
}
