import CSV
import Testing

@Suite struct CSVReaderTests {
    @Test("A malformed record is its first line, and the next line is read again")
    func recovery() throws {
        let read = try records("a,b\n1,\"x\n2,y\n3,\"z\"\"\"\n4,\"p\"q\n5,r\"s\n6,t\n")
        #expect(
            read.map(\.problem) == [
                nil, .textAfterQuote(field: 1), nil, nil, .textAfterQuote(field: 1), .strayQuote(field: 1), nil,
            ])
        #expect(read.map(\.line) == Array(1...7))
        #expect(String(decoding: read[1].raw, as: UTF8.self) == "1,\"x")
        #expect(read[3].strings == ["3", "z\""])
    }

    @Test("A quote that never closes costs one line, at the end of the text and far from it")
    func unterminated() throws {
        let text = "a\n\"open\n" + String(repeating: "row\n", count: 1000)
        let read = try records(text)
        #expect(read.count == 1002 && read[1].problem == .unterminatedQuote(field: 0))
        let bounded = try records(text, .make(limit: 100), bufferSize: 16)
        #expect(bounded.map(\.problem) == read.map(\.problem))
    }

    @Test("A line longer than allowed is skipped in the memory of one record")
    func tooLong() throws {
        var position = 0
        let length = 20_000_000
        let reader = CSVReader(format: .make(limit: 1000), bufferSize: 4096) { buffer in
            for index in buffer.indices {
                let at = position + index
                buffer[index] = at < 2 ? [97, 10][at] : at == length ? 10 : at > length ? 98 : 120
            }
            let count = min(buffer.count, length + 2 - position)
            position += count
            return count
        }
        var read: [ReadRecord] = []
        while let record = try reader.next() { read.append(ReadRecord(record)) }
        #expect(read.map(\.problem) == [nil, .recordTooLong(limit: 1000), nil])
        #expect(read[1].raw.count == 1000 && read[2].strings == ["b"] && read[2].line == 3)
        #expect(reader.bytesConsumed == length + 2)
    }

    @Test("Line numbers count physical lines, offsets count bytes, blank lines are no records")
    func places() throws {
        let read = try records("h\r\n\r\n\"a\nb\",c\r\n\nlast")
        #expect(read.map(\.line) == [1, 3, 6])
        #expect(read.map(\.offset) == [0, 5, 15])
        #expect(read.map(\.number) == [0, 1, 2])
        #expect(try records("a\n\nb\n", .make(skipsBlankLines: false)).map(\.strings) == [["a"], [""], ["b"]])
    }

    @Test("A byte order mark is passed over, also when it comes in pieces", arguments: [1, 2, 3, 100])
    func byteOrderMark(chunk: Int) throws {
        let reader = CSVReader(read: source([0xEF, 0xBB, 0xBF] + Array("a,b\n".utf8), chunk: chunk))
        #expect(try reader.next().map { ReadRecord($0).strings } == ["a", "b"])
        #expect(try records([0xEF, 0xBB, 0xBF]).isEmpty)
        #expect(try records([0xEF]).count == 1)
    }

    @Test("CR alone ends lines where the header shows it; elsewhere it is data")
    func carriageReturns() throws {
        #expect(
            try records("a,b\r1,\"x\ry\"\r", .make(lineEnding: .cr)).map(\.strings) == [["a", "b"], ["1", "x\ry"]])
        #expect(try records("a\rb,c\r\n").map(\.strings) == [["a\rb", "c"]])
    }

    @Test(
        "Detection looks at the header outside of quotes",
        arguments: [
            ("a;b;c\n1,2,3,4,5\n", ";", CSVFormat.LineEnding.lf), ("\"a,b,c\";d\n", ";", .lf), ("a\tb\r\n", "\t", .lf),
            ("a,b\r1,2\r", ",", .cr), ("only\n", ",", .lf), ("", ",", .lf), ("\n\na;b\n", ";", .lf),
            ("\"a\rb\",c\n", ",", .lf),
        ])
    func detection(text: String, separator: Character, lineEnding: CSVFormat.LineEnding) {
        let format = Array(text.utf8).withUnsafeBytes { CSVFormat.detect(in: $0) }
        #expect(format.separator == separator.asciiValue! && format.lineEnding == lineEnding)
    }

    @Test("The writer quotes what needs it and nothing else")
    func writer() {
        var writer = CSVWriter()
        for field in ["plain", "a,b", "say \"x\"", "two\nlines", " blank", "", "é"] { writer.field(field) }
        writer.endRecord()
        writer.field("")
        writer.endRecord()
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == "plain,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",\" blank\",,é\r\n\"\"\r\n")
    }
}
