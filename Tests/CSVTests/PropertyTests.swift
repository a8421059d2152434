import CSV
import TestSupport
import Testing

/// Random documents; each failure names its seed.
struct PropertyTests {
    private static let sizes = [1, 2, 3, 7, 63, 64, 65, 100, 1000, 1 << 18]

    @Test("any bytes give the records of the plain parser, however they are cut", arguments: 0..<40)
    func agreesWithReference(block: Int) throws {
        for seed in (block * 100)..<(block * 100 + 100) {
            var generator = SeededGenerator(seed: UInt64(seed))
            let bytes = soup(length: Int.random(in: 0..<400, using: &generator), using: &generator)
            let format = CSVFormat(
                lineEnding: Bool.random(using: &generator) ? .lf : .cr,
                maximumRecordBytes: [1, 5, 60, 61, 62, 63, 64, 65, 130, 1000].randomElement(using: &generator)!,
                skipsBlankLines: Bool.random(using: &generator))
            let expected = ReferenceParser.parse(bytes, format)
            let size = Self.sizes.randomElement(using: &generator)!
            let step = Self.sizes.randomElement(using: &generator)!
            // Compared here, not in the macro: it would print both documents.
            let agrees = try read(bytes, format, bufferSize: size, step: step) == expected
            #expect(agrees, "seed \(seed), buffer \(size), step \(step)")
            let agreesInWindows = try readWindows(bytes, format, size: size) == expected
            #expect(agreesInWindows, "seed \(seed), window \(size)")
        }
    }

    @Test("bytes of every value give the records of the plain parser, however they are cut", arguments: 0..<60)
    func agreesOnAnyBytes(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let length = Int.random(in: 0..<3000, using: &generator)
        let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let format = CSVFormat(
            lineEnding: Bool.random(using: &generator) ? .lf : .cr,
            maximumRecordBytes: [50, 300, 1 << 20].randomElement(using: &generator)!)
        let expected = ReferenceParser.parse(bytes, format)
        for size in Self.sizes {
            let agrees = try read(bytes, format, bufferSize: size) == expected
            #expect(agrees, "buffer \(size)")
            let agreesInWindows = try readWindows(bytes, format, size: size) == expected
            #expect(agreesInWindows, "window \(size)")
        }
    }

    @Test("windows end as a stream does", arguments: ["", "\u{FEFF}", "\u{FEFF}\n", "\n", "a", "\u{FEFF}a", "a\n\n"])
    func end(text: String) throws {
        let format = CSVFormat(maximumRecordBytes: 100, skipsBlankLines: false)
        #expect(try readWindows(Array(text.utf8), format, size: 1) == ReferenceParser.parse(Array(text.utf8), format))
    }

    @Test("no well-formed line is lost behind malformed ones", arguments: 0..<100)
    func losesNothing(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        // Each quote stands before a letter, so that none closes cleanly further down, and each line has two.
        let broken = ["\"p\"q,r", "\"o\"pen,s", "t,\"op\"en", ",,\"u\"v"]
        let lines = (0..<Int.random(in: 1..<60, using: &generator)).map { number in
            Bool.random(using: &generator) ? "ok,\(number)" : broken.randomElement(using: &generator)!
        }
        let ending = Bool.random(using: &generator) ? "\n" : "\r\n"
        let records = try read(
            Array(lines.joined(separator: ending).utf8), bufferSize: Self.sizes.randomElement(using: &generator)!)
        #expect(records.map { String(decoding: $0.raw, as: UTF8.self) } == lines)
        #expect(records.map(\.line) == Array(1...lines.count))
        #expect(records.map { $0.problem == nil } == lines.map { $0.hasPrefix("ok") })
    }

    @Test("what the writer writes is read back equal, however it is cut", arguments: 0..<10)
    func roundTrip(block: Int) throws {
        for seed in (block * 20)..<(block * 20 + 20) {
            var generator = SeededGenerator(seed: UInt64(seed))
            let rows = Self.rows(using: &generator)
            let separator = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")].randomElement(using: &generator)!
            var writer = CSVWriter(
                separator: separator, lineEnding: Bool.random(using: &generator) ? .crlf : .lf)
            for row in rows {
                for field in row { field.withUnsafeBytes { writer.field($0) } }
                writer.endRecord()
            }
            for size in Self.sizes {
                let records = try read(writer.bytes, CSVFormat(separator: separator), bufferSize: size)
                let isEqual = records.map(\.fields) == rows
                #expect(isEqual, "seed \(seed), buffer \(size)")
                #expect(records.allSatisfy { $0.problem == nil })
            }
        }
    }

    @Test("one source cut at each of its bytes gives the same records")
    func everyCut() throws {
        let bytes = Array("\u{FEFF}a,\"b \"\"c\"\"\r\nd\"\r\n\r\n1,\"x\r\nstray \" here,2\n\"open,\nlast,\"é\"".utf8)
        let expected = ReferenceParser.parse(bytes, CSVFormat(maximumRecordBytes: 40))
        #expect(expected.count == 5)
        for cut in 1..<bytes.count {
            var position = 0
            let reader = CSVReader(format: CSVFormat(maximumRecordBytes: 40)) { buffer in
                let end = position < cut ? cut : bytes.count
                buffer.copyBytes(from: bytes[position..<end])
                defer { position = end }
                return end - position
            }
            var records: [ReadRecord] = []
            while let record = try reader.next() { records.append(ReadRecord(record)) }
            #expect(records == expected, "cut at \(cut)")
        }
    }

    @Test(
        "what matters may stand at any place of a block",
        arguments: ["\"\rx\n", "\"\r\nx", "\"x", "\"\"x\"\n", "\",\"\"\n", "\"\n\n\"", "\r\r\n\",b", "\"\r", "\""])
    func seams(tail: String) throws {
        for prefix in ["\"", "a,\"", "", "a\nb"] {
            for length in 0..<140 {
                let bytes = Array((prefix + String(repeating: "x", count: length) + tail).utf8)
                let agrees = try read(bytes) == ReferenceParser.parse(bytes, CSVFormat())
                #expect(agrees, "\(prefix), \(length) letters, \(tail)")
            }
        }
    }

    private static func rows(using generator: inout SeededGenerator) -> [[[UInt8]]] {
        (0..<Int.random(in: 1..<20, using: &generator)).map { _ in
            (0..<Int.random(in: 1..<6, using: &generator)).map { _ in
                soup(length: Int.random(in: 0..<30, using: &generator), using: &generator)
            }
        }
    }
}
