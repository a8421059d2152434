import CSV
import Testing

/// One mistake costs one row.
@Suite struct CSVRecoveryTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var line: String
        var problem: CSVProblem
        var testDescription: String { line }
    }

    private static let malformedLines = [
        Case(line: #"a"b,c"#, problem: .strayQuote(field: 0)),
        Case(line: #"a,b ",c"#, problem: .strayQuote(field: 1)),
        Case(line: #"a, "b""#, problem: .strayQuote(field: 1)),
        Case(line: #"a,b""#, problem: .strayQuote(field: 1)),
        Case(line: #""a"b,c"#, problem: .textAfterQuote(field: 0)),
        Case(line: #"a,"b" "#, problem: .textAfterQuote(field: 1)),
        Case(line: #"a,"b"c"d""#, problem: .textAfterQuote(field: 1)),
        Case(line: #"a,"b"#, problem: .unterminatedQuote(field: 1)),
        Case(line: #"""#, problem: .unterminatedQuote(field: 0)),
        Case(line: #"a,b,""""#, problem: .unterminatedQuote(field: 2)),
    ]

    @Test("a malformed line says what is wrong with it, and the next one is read", arguments: malformedLines)
    func malformedLine(example: Case) throws {
        let read = try records("id,name\n\(example.line)\r\n1,2\n")
        #expect(read.map(\.problem) == [nil, example.problem, nil])
        #expect(read.map(\.strings) == [["id", "name"], [], ["1", "2"]])
        #expect(read.map(\.line) == [1, 2, 3])
        #expect(read[1].raw == Array(example.line.utf8))
    }

    @Test("a malformed last line is one too", arguments: malformedLines)
    func malformedLastLine(example: Case) throws {
        let read = try records("id\n\(example.line)")
        #expect(read.map(\.problem) == [nil, example.problem])
        #expect(read[1].raw == Array(example.line.utf8))
    }

    @Test("a quote that never closes costs its line, not the file")
    func unterminatedQuote() throws {
        let rows = (2...5000).map { "\($0),x" }
        let read = try records((["1,\"open"] + rows).joined(separator: "\n"), .make(limit: 200))
        #expect(read.count == 5000)
        #expect(read[0].problem == .unterminatedQuote(field: 1))
        #expect(read.dropFirst().allSatisfy { $0.problem == nil && $0.strings == ["\($0.line)", "x"] })
    }

    @Test("a quote that closes wrongly lines further down costs the line that opened it")
    func quoteClosesInLaterLine() throws {
        let read = try records("1,\"open\n2,fine\n3,\"quoted\"\n4,fine\n")
        #expect(read.map(\.problem) == [.textAfterQuote(field: 1), nil, nil, nil])
        #expect(read.dropFirst().map(\.strings) == [["2", "fine"], ["3", "quoted"], ["4", "fine"]])
    }

    @Test("blank lines behind a malformed one are still none")
    func blankAfterMalformed() throws {
        let read = try records("a\"\n\n\r\nb\n")
        #expect(read.map(\.line) == [1, 4])
        #expect(read.map(\.number) == [0, 1])
    }

    @Test("a CR ends a malformed line of classic Mac OS, a CR LF does not count twice")
    func malformedWithCarriageReturn() throws {
        let read = try records("a\"b\rc\rd\"", .make(lineEnding: .cr))
        #expect(read.map(\.problem) == [.strayQuote(field: 0), nil, .strayQuote(field: 0)])
        #expect(read.map(\.offset) == [0, 4, 6])
    }

    @Test("a malformed record has no fields but its bytes")
    func rawOfMalformed() throws {
        let reader = CSVReader(read: source(Array("a\"b,c\r\n".utf8)))
        let record = try #require(try reader.next())
        #expect(record.count == 0)
        #expect(record.raw.elementsEqual("a\"b,c".utf8))
    }
}
