import CSV
import Testing

/// A record that outlives the reader's buffer.
struct ReadRecord: Equatable, CustomStringConvertible {
    var fields: [[UInt8]] = []
    var problem: CSVProblem?
    var number = 0
    var line = 1
    var offset = 0
    var raw: [UInt8] = []

    var strings: [String] { fields.map { String(decoding: $0, as: UTF8.self) } }

    var description: String {
        let outcome = problem.map { "\($0)" } ?? "\(strings)"
        return "#\(number) line \(line) byte \(offset): \(outcome) from \(raw.count) bytes"
    }
}

extension ReadRecord {
    init(_ record: CSVRecord) {
        fields = (0..<record.count).map { index in
            var value: [UInt8] = []
            record[index].unescape(into: &value)
            return value
        }
        problem = record.problem
        number = record.number
        line = record.line
        offset = record.offset
        raw = Array(record.raw)
    }
}

/// A text of a test case, shown as a literal: line breaks would tear the list of tests apart.
struct Text: Sendable, Hashable, ExpressibleByStringLiteral, CustomTestStringConvertible {
    var string: String

    init(stringLiteral value: String) { string = value }
    init(_ bytes: [UInt8]) { string = String(decoding: bytes, as: UTF8.self) }

    var testDescription: String { string.debugDescription }
}

/// A source that hands out bytes, never more than `chunk` at once.
func source(_ bytes: [UInt8], chunk: Int = .max) -> (UnsafeMutableRawBufferPointer) -> Int {
    var position = 0
    return { buffer in
        let count = min(buffer.count, bytes.count - position, chunk)
        buffer.copyBytes(from: bytes[position..<(position + count)])
        position += count
        return count
    }
}

/// All records of a text.
func records(_ text: [UInt8], _ format: CSVFormat = CSVFormat(), bufferSize: Int = 4096) throws -> [ReadRecord] {
    let reader = CSVReader(format: format, bufferSize: bufferSize, read: source(text))
    var records: [ReadRecord] = []
    while let record = try reader.next() { records.append(ReadRecord(record)) }
    return records
}

/// All records of a text.
func records(_ text: String, _ format: CSVFormat = CSVFormat(), bufferSize: Int = 4096) throws -> [ReadRecord] {
    try records(Array(text.utf8), format, bufferSize: bufferSize)
}

extension CSVFormat {
    /// RFC 4180 with changes.
    static func make(
        separator: Character = ",", lineEnding: LineEnding = .lf, limit: Int = 1 << 20, skipsBlankLines: Bool = true
    ) -> CSVFormat {
        var format = CSVFormat()
        format.separator = separator.asciiValue!
        format.lineEnding = lineEnding
        format.maximumRecordBytes = limit
        format.skipsBlankLines = skipsBlankLines
        return format
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014): the same numbers for the same seed, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: Int) { state = UInt64(seed) }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
