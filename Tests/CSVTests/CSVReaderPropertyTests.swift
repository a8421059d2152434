import CSV
import Testing

/// What holds for every text, tried on thousands of seeded random ones.
@Suite struct CSVReaderPropertyTests {
    private static let bufferSizes = [1, 2, 3, 7, 63, 64, 65, 4096]

    @Test("what the writer wrote reads back equal through every buffer size", arguments: 0..<150)
    func roundTrip(seed: Int) throws {
        var random = SeededGenerator(seed: seed)
        let separator: Character = [",", ";", "\t", "|"].randomElement(using: &random)!
        let document = Self.document(&random)
        var writer = CSVWriter(separator: separator.asciiValue!, lineEnding: Bool.random(using: &random) ? "\r\n" : "\n")
        for row in document {
            for value in row { writer.field(value) }
            writer.endRecord()
        }
        for bufferSize in Self.bufferSizes {
            let read = try records(writer.bytes, .make(separator: separator), bufferSize: bufferSize)
            #expect(read.map(\.strings) == document, "buffer of \(bufferSize)")
            #expect(read.allSatisfy { $0.problem == nil })
        }
    }

    @Test("every text reads as the plain parser reads it, through every buffer size", arguments: 0..<40)
    func reference(block: Int) throws {
        for seed in (block * 100)..<(block * 100 + 100) {
            var random = SeededGenerator(seed: seed)
            let format = Self.format(&random)
            let text = Self.soup(&random, format)
            let expected = ReferenceParser.records(text, format)
            for bufferSize in Self.bufferSizes {
                let read = try records(text, format, bufferSize: bufferSize)
                guard read != expected else { continue }
                let place = zip(read, expected).first { $0 != $1 }.map { "read \($0), expected \($1)" }
                let words = place ?? "read \(read.count) records, expected \(expected.count)"
                Issue.record("seed \(seed), buffer \(bufferSize), \(format): \(words) in \(Text(text).testDescription)")
                return
            }
        }
    }

    @Test("arbitrary bytes give the same records through every buffer size and every read size", arguments: 0..<40)
    func arbitraryBytes(seed: Int) throws {
        var random = SeededGenerator(seed: seed)
        let text = (0..<Int.random(in: 0...3000, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        let format = Self.format(&random)
        let expected = try records(text, format)
        for bufferSize in Self.bufferSizes {
            #expect(try records(text, format, bufferSize: bufferSize) == expected, "buffer of \(bufferSize)")
        }
        for chunk in [1, 5, 64] {
            let reader = CSVReader(format: format, read: source(text, chunk: chunk))
            for record in expected { #expect(try reader.next().map { ReadRecord($0) } == record) }
            #expect(try reader.next() == nil)
            #expect(reader.bytesConsumed == text.count)
        }
    }

    @Test("no well-formed line is lost behind malformed ones", arguments: 0..<200)
    func recovery(seed: Int) throws {
        var random = SeededGenerator(seed: seed)
        // Each quote stands before a letter: one that a broken line opens cannot close cleanly further down.
        let broken = [#"a"b,c"#, #"x,y"z"z"#, #""p"q,r"#, #""open,s"#, #"t,"open"#, #",,"u"v"#]
        var lines: [String] = []
        for number in 0..<Int.random(in: 1...60, using: &random) {
            let isBroken = Int.random(in: 0..<3, using: &random) == 0
            lines.append(isBroken ? broken.randomElement(using: &random)! : "ok,\(number)")
        }
        let text = lines.joined(separator: Bool.random(using: &random) ? "\n" : "\r\n")
        let bufferSize = Self.bufferSizes.randomElement(using: &random)!
        let read = try records(text, bufferSize: bufferSize)
        #expect(read.map { String(decoding: $0.raw, as: UTF8.self) } == lines)
        #expect(read.map(\.line) == Array(1...lines.count))
        for (record, line) in zip(read, lines) { #expect((record.problem == nil) == line.hasPrefix("ok")) }
    }
}

extension CSVReaderPropertyTests {
    private static func document(_ random: inout SeededGenerator) -> [[String]] {
        let pieces = ["\"", "\r", "\n", "\r\n", ",", ";", "\t", "|", " ", "a", "0", "ß", "漢", "👩‍🚀", "\u{0}", "value"]
        return (0..<Int.random(in: 0...30, using: &random)).map { _ in
            (0..<Int.random(in: 1...8, using: &random)).map { _ in
                let length = Int.random(in: 0...12, using: &random)
                return (0..<length).map { _ in pieces.randomElement(using: &random)! }.joined()
            }
        }
    }

    private static func format(_ random: inout SeededGenerator) -> CSVFormat {
        .make(
            separator: [",", ";", "\t"].randomElement(using: &random)!,
            lineEnding: Int.random(in: 0..<4, using: &random) == 0 ? .cr : .lf,
            limit: [0, 1, 5, 20, 50, 64, 5000].randomElement(using: &random)!,
            skipsBlankLines: Bool.random(using: &random))
    }

    /// Mostly the bytes that mean something, and pieces that are nearly well-formed.
    private static func soup(_ random: inout SeededGenerator, _ format: CSVFormat) -> [UInt8] {
        let comma = String(UnicodeScalar(format.separator))
        let pieces = [
            "\"", "\"", "\"\"", "\r", "\n", "\n", "\r\n", comma, comma, ",", "a", "bc", " ", "\u{FEFF}", "\"a\"", "é",
            comma + "\"", "\"" + comma, "\"\n", "\"\r\n", String(repeating: "x", count: 17), "plain\(comma)line\r\n",
        ]
        var text: [UInt8] = Int.random(in: 0..<5, using: &random) == 0 ? [0xEF, 0xBB, 0xBF] : []
        for _ in 0..<Int.random(in: 0...80, using: &random) { text += pieces.randomElement(using: &random)!.utf8 }
        return text
    }
}
