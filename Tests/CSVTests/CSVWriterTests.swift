import CSV
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct CSVWriterTests {
    private func write(_ rows: [[String]], separator: UInt8 = 44, ending: CSVWriter.LineEnding = .crlf) -> String {
        var writer = CSVWriter(separator: separator, lineEnding: ending)
        for row in rows {
            for field in row { writer.field(field) }
            writer.endRecord()
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test("plain fields are written as they are, records end with CRLF")
    func plain() {
        #expect(write([["a", "b c", ""], ["", "é"]]) == "a,b c,\r\n,é\r\n")
    }

    @Test(
        "fields are quoted when they would not be read back equal",
        arguments: [
            ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("a\nb", "\"a\nb\""), ("a\rb", "\"a\rb\""), (" a", "\" a\""),
            ("a ", "\"a \""), ("\ta", "\"\ta\""), ("\"", "\"\"\"\""), ("\u{FEFF}a", "\"\u{FEFF}a\""), ("a;b", "a;b"),
        ])
    func quoting(value: String, expected: String) {
        #expect(write([[value]]) == expected + "\r\n")
    }

    @Test("a record of one empty field is written in quotes, so that it is not a blank line")
    func emptyField() throws {
        #expect(write([[""], ["", ""], []]) == "\"\"\r\n,\r\n\r\n")
        #expect(try read(write([["a"], [""], ["b"]])).map(\.strings) == [["a"], [""], ["b"]])
    }

    @Test("separator and line ending can be chosen")
    func dialect() {
        #expect(write([["a;b", "c,d"]], separator: UInt8(ascii: ";"), ending: .lf) == "\"a;b\";c,d\n")
    }

    @Test("the buffer can be emptied while writing a stream, in the middle of a record too")
    func stream() {
        var writer = CSVWriter()
        var sent: [UInt8] = []
        for field in ["", "b", "c"] {
            writer.field(field)
            sent += writer.bytes
            writer.bytes.removeAll(keepingCapacity: true)
        }
        writer.endRecord()
        #expect(String(decoding: sent + writer.bytes, as: UTF8.self) == ",b,c\r\n")
    }

    @Test("Python's csv module, strict, reads back what the writer writes")
    func readByPython() async throws {
        var generator = SeededGenerator(seed: 4180)
        // Bytes beyond ASCII stand for themselves in both, since Python reads Latin-1 here.
        let rows = (0..<200).map { _ in
            (0..<Int.random(in: 1..<6, using: &generator)).map { _ in
                soup(length: Int.random(in: 0..<20, using: &generator), using: &generator)
            }
        }
        var writer = CSVWriter()
        for row in rows {
            for field in row { field.withUnsafeBytes { writer.field($0) } }
            writer.endRecord()
        }
        let folder = try TemporaryFolder()
        let file = try folder.write(writer.bytes, to: "written.csv")
        let isEqual = try await PythonCSV.rows(of: [(file, ",")]) == [rows]
        #expect(isEqual)
    }
}
