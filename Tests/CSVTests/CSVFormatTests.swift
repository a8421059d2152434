import CSV
import Testing

@Suite struct CSVFormatTests {
    private func detect(_ text: String, separators: String? = nil) -> CSVFormat {
        Array(text.utf8).withUnsafeBytes { start in
            guard let separators else { return CSVFormat.detect(in: start) }
            return CSVFormat.detect(in: start, separators: Array(separators.utf8))
        }
    }

    @Test(
        "the most frequent candidate in the header is the separator",
        arguments: [
            ("a,b,c\n1;2;3;4;5\n", ","), ("a;b;c\n1,2,3,4,5\n", ";"), ("a\tb\n", "\t"), ("a;b;c,d\n", ";"), ("a,b", ","),
        ] as [(Text, Character)])
    func separator(text: Text, separator: Character) {
        #expect(detect(text.string) == .make(separator: separator))
    }

    @Test("equally frequent candidates are taken in their order, and a header without any is one of commas")
    func doubtfulSeparator() {
        #expect(detect("a;b,c\n").separator == UInt8(ascii: ","))
        #expect(detect("a;b,c\n", separators: ";,").separator == UInt8(ascii: ";"))
        #expect(detect("name\na;b;c\n").separator == UInt8(ascii: ","))
        #expect(detect("").separator == UInt8(ascii: ","))
        #expect(detect("a|b\n", separators: "|").separator == UInt8(ascii: "|"))
    }

    @Test("what is quoted in the header does not count")
    func quotedHeader() {
        #expect(detect("\"a,b,c,\"\"d,\";e\n") == .make(separator: ";"))
        #expect(detect("\"a\rb\nc,\";e;f\r\n") == .make(separator: ";"))
    }

    @Test("CR is the line ending where no LF follows")
    func lineEnding() {
        #expect(detect("a;b\r1;2\r") == .make(separator: ";", lineEnding: .cr))
        #expect(detect("a,b\r\n1,2\r3\n").lineEnding == .lf)
        #expect(detect("a,b\n1,2\r").lineEnding == .lf)
    }

    @Test("a CR at the end of the bytes at hand may be half of a CR LF")
    func cutLineEnding() throws {
        #expect(detect("a;b\r") == .make(separator: ";"))
        #expect(try records("a;b\r", detect("a;b\r")).map(\.strings) == [["a", "b"]])
    }

    @Test("blank lines and a byte order mark before the header are passed over", arguments: ["", "\u{FEFF}"] as [Text])
    func beforeTheHeader(text: Text) {
        let mark = text.string
        #expect(detect("\(mark)\n\r\na;b\n1,2,3,4\n") == .make(separator: ";"))
        #expect(detect("\(mark)\r\ra;b\r") == .make(separator: ";", lineEnding: .cr))
    }
}
