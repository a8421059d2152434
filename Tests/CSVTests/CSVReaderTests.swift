import CSV
import Testing

@Suite struct CSVReaderTests {
    private func rows(_ text: String, _ format: CSVFormat = CSVFormat()) throws -> [[String]] {
        try records(text, format).map { record in
            try #require(record.problem == nil, "\(record)")
            return record.strings
        }
    }

    @Test("an empty text has no records", arguments: [true, false])
    func emptyText(skipsBlankLines: Bool) throws {
        #expect(try records("", .make(skipsBlankLines: skipsBlankLines)).isEmpty)
    }

    @Test("fields may be empty, first and last ones too")
    func emptyFields() throws {
        #expect(try rows(",\na,,\n,,b\n") == [["", ""], ["a", "", ""], ["", "", "b"]])
    }

    @Test("quotes protect separators, quotes and line breaks")
    func quotes() throws {
        #expect(try rows("\"a,b\",\"c\"\"d\",\"e\r\nf\n\rg\",\"\"\r\n") == [["a,b", "c\"d", "e\r\nf\n\rg", ""]])
    }

    @Test("a value of nothing but quotes, and separators between quotes")
    func manyQuotes() throws {
        #expect(try rows(#""""","""""",""",""","""#) == [["\"", "\"\"", "\",\"", ""]])
    }

    @Test("a field tells whether it was quoted and whether it holds doubled quotes")
    func fieldForms() throws {
        let reader = CSVReader(read: source(Array(#"plain,"quoted","dou""bled","","#.utf8)))
        let record = try #require(try reader.next())
        #expect((0..<record.count).map { record[$0].isQuoted } == [false, true, true, true, false])
        #expect((0..<record.count).map { record[$0].hasEscapes } == [false, false, true, false, false])
        #expect(Array(record[2].bytes) == Array(#"dou""bled"#.utf8))
    }

    @Test("every way to take a value gives the same one", arguments: ["", "a", #"""#, #"a"b"#, #""""#, "ü,\n\"漢\""] as [Text])
    func unescaping(text: Text) throws {
        let value = text.string
        var writer = CSVWriter()
        writer.field(value)
        writer.field("end")
        let reader = CSVReader(read: source(writer.bytes))
        let record = try #require(try reader.next())
        var appended = Array("before".utf8)
        record[0].unescape(into: &appended)
        var written = [UInt8](repeating: 0, count: record[0].bytes.count)
        let length = written.withUnsafeMutableBytes { record[0].unescape(into: $0) }
        #expect(record[0].string == value)
        #expect(appended == Array("before\(value)".utf8))
        #expect(Array(written.prefix(length)) == Array(value.utf8))
    }

    @Test("a field that is no UTF-8 reads with replacement characters and keeps its bytes")
    func invalidUTF8() throws {
        let reader = CSVReader(read: source([0x61, 0xFF, 0x2C, 0xC3, 0x0A]))
        let record = try #require(try reader.next())
        #expect(record[0].string == "a\u{FFFD}")
        #expect(Array(record[0].bytes) == [0x61, 0xFF])
        #expect(Array(record[1].bytes) == [0xC3])
    }

    @Test("LF and CR LF may be mixed, and the last line may lack its end", arguments: ["", "\n", "\r\n", "\r"] as [Text])
    func lineEndings(last: Text) throws {
        #expect(try rows("a,b\r\n1,2\n3,\"4\"\r\n5,6\(last.string)") == [["a", "b"], ["1", "2"], ["3", "4"], ["5", "6"]])
    }

    @Test("a CR alone inside a line is part of a value")
    func loneCarriageReturn() throws {
        #expect(try rows("a\rb,c\r\r\n\rd,e\n") == [["a\rb", "c\r"], ["\rd", "e"]])
    }

    @Test("a last line that ends behind a separator has an empty last field", arguments: ["a,", "a,\r\n", "a,\"\""] as [Text])
    func separatorAtEnd(text: Text) throws {
        #expect(try rows(text.string) == [["a", ""]])
    }

    @Test("CR alone ends the lines of classic Mac OS; LF is part of a value then")
    func carriageReturnOnly() throws {
        let text = "a,b\r1,\"x\ry\"\r\r2,\"\nz\""
        #expect(try rows(text, .make(lineEnding: .cr)) == [["a", "b"], ["1", "x\ry"], ["2", "\nz"]])
        #expect(try records(text, .make(lineEnding: .cr)).map(\.line) == [1, 2, 5])
    }

    @Test("blank lines are no records, but count as lines")
    func blankLines() throws {
        let read = try records("\n\r\na\n\n\n\"b\nc\"\n\nd\n\n")
        #expect(read.map(\.strings) == [["a"], ["b\nc"], ["d"]])
        #expect(read.map(\.number) == [0, 1, 2])
        #expect(read.map(\.line) == [3, 6, 9])
    }

    @Test("blank lines are empty values where the format says so")
    func blankLinesAsValues() throws {
        #expect(try rows("a\n\r\n\nb\n", .make(skipsBlankLines: false)) == [["a"], [""], [""], ["b"]])
        #expect(try rows("\n", .make(skipsBlankLines: false)) == [[""]])
    }

    @Test("a line of blanks or empty quotes is a record")
    func almostBlankLines() throws {
        #expect(try rows(" \n\"\"\n\t\n") == [[" "], [""], ["\t"]])
    }

    @Test("records carry line and byte of their start")
    func places() throws {
        let read = try records("h,i\r\n\"a\n\nb\",1\nc\"d\n\ne,2")
        #expect(read.map(\.line) == [1, 2, 5, 7])
        #expect(read.map(\.offset) == [0, 5, 14, 19])
        #expect(read.map(\.number) == [0, 1, 2, 3])
        #expect(read.map { String(decoding: $0.raw, as: UTF8.self) } == ["h,i", "\"a\n\nb\",1", "c\"d", "e,2"])
    }

    @Test("a byte order mark is passed over, however the source cuts it", arguments: [1, 2, 3, 4, 100])
    func byteOrderMark(chunk: Int) throws {
        let text: [UInt8] = [0xEF, 0xBB, 0xBF] + Array("\"a,b\"\nc\n".utf8)
        let reader = CSVReader(bufferSize: chunk, read: source(text, chunk: chunk))
        let first = try #require(try reader.next().map { ReadRecord($0) })
        #expect(first.strings == ["a,b"])
        #expect(first.offset == 3)
        #expect(first.line == 1)
        let second = try #require(try reader.next().map { ReadRecord($0) })
        #expect(second.strings == ["c"])
        #expect(second.offset == 9)
    }

    @Test("a byte order mark alone is an empty text, half of one is a value", arguments: [1, 2, 64])
    func byteOrderMarkOnly(bufferSize: Int) throws {
        #expect(try records([0xEF, 0xBB, 0xBF], bufferSize: bufferSize).isEmpty)
        #expect(try records([0xEF, 0xBB], bufferSize: bufferSize).map(\.fields) == [[[0xEF, 0xBB]]])
    }

    @Test("only the first byte order mark is one")
    func secondByteOrderMark() throws {
        #expect(try rows("\u{FEFF}\u{FEFF}a\n\u{FEFF}b") == [["\u{FEFF}a"], ["\u{FEFF}b"]])
    }

    @Test("a record may have more fields than any before")
    func manyFields() throws {
        let wide = (0..<10_000).map(String.init)
        let text = "a\n" + wide.joined(separator: ",") + "\nb,c"
        #expect(try rows(text) == [["a"], wide, ["b", "c"]])
    }

    @Test("what the source throws reaches the user, and the reader goes on when the source does")
    func throwingSource() throws {
        struct Broken: Error {}
        var failsNext = false
        let bytes = source(Array("a,b\nc,d\n".utf8), chunk: 5)
        let reader = CSVReader { buffer in
            defer { failsNext.toggle() }
            if failsNext { throw Broken() }
            return bytes(buffer)
        }
        #expect(try reader.next().map { ReadRecord($0).strings } == ["a", "b"])
        #expect(throws: Broken.self) { _ = try reader.next() }
        #expect(try reader.next().map { ReadRecord($0).strings } == ["c", "d"])
    }

    @Test("a source at its end is not asked again")
    func endOfSource() throws {
        var calls = 0
        let bytes = source(Array("a".utf8))
        let reader = CSVReader { buffer in
            calls += 1
            return bytes(buffer)
        }
        while try reader.next() != nil {}
        let callsAtEnd = calls
        #expect(try reader.next() == nil)
        #expect(calls == callsAtEnd)
        #expect(reader.bytesConsumed == 1)
    }
}
