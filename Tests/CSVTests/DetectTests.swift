import CSV
import Testing

struct DetectTests {
    private func detect(_ text: String) -> CSVFormat {
        Array(text.utf8).withUnsafeBytes { CSVFormat.detect(in: $0) }
    }

    @Test(
        "the separator is the one that occurs most in the header, outside quotes",
        arguments: [
            ("a,b,c\n1;2;3;4;5\n", ","), ("a;b;c\n", ";"), ("a\tb,c\td\n", "\t"), ("\"x,y,z\";b\n", ";"),
            ("\"a \"\"q\"\" , , ,\";b\n", ";"), ("one\n1;2\n", ","), ("", ","), ("a,b;c,d;e", ","),
            ("\u{FEFF}a;b\n", ";"), ("\n\r\n\na;b\n1,2,3\n", ";"), ("19\" screen;b\nc,d,e", ";"),
            ("19\"\";b;c\n1,2,3,4,5,6,7,8\n", ";"),
        ])
    func separator(text: String, expected: String) {
        #expect(detect(text).separator == expected.utf8.first)
    }

    @Test(
        "lines end with CR when the first line break outside quotes is a CR without an LF",
        arguments: [
            ("a,b\r1,2\r", CSVFormat.LineEnding.cr), ("a,b\r\n1,2\r", .lf), ("a,b\n1\r2", .lf),
            ("\"a\rb\",c\n", .lf), ("\"a\nb\",c\rd", .cr), ("a,b", .lf), ("a,b\r", .lf), ("\r\ra,b", .cr),
        ])
    func lineEnding(text: String, expected: CSVFormat.LineEnding) {
        #expect(detect(text).lineEnding == expected)
    }

    @Test("other candidates can be given")
    func candidates() {
        let format = Array("a|b|c,d\n".utf8).withUnsafeBytes { CSVFormat.detect(in: $0, separators: [44, 124]) }
        #expect(format.separator == UInt8(ascii: "|"))
    }
}
