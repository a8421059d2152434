import CSV

/// CSV as slowly and plainly as it can be read, straight from the grammar of RFC 4180 and the words of `CSVReader`: what
/// the fast reader is compared with. It holds the whole text, so it knows nothing of buffers and blocks.
///
/// A malformed record is its first physical line. Only the first `maximumRecordBytes` of a record count: a quote that is
/// still open there does not close, and a record that goes on there is too long. A physical line that is too long is
/// reported as that, whatever else is wrong with it.
struct ReferenceParser {
    private let text: [UInt8]
    private let format: CSVFormat
    private let terminator: UInt8
    private var position = 0

    private struct Malformed: Error { var problem: CSVProblem }

    init(_ text: [UInt8], _ format: CSVFormat) {
        self.text = text
        self.format = format
        terminator = format.lineEnding == .lf ? 10 : 13
    }

    static func records(_ text: [UInt8], _ format: CSVFormat) -> [ReadRecord] {
        var parser = ReferenceParser(text, format)
        return parser.all()
    }

    private mutating func all() -> [ReadRecord] {
        var records: [ReadRecord] = []
        var line = 1
        position = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while position < text.count {
            var record = nextRecord()
            (record.line, record.number) = (line, records.count)
            line += text[record.offset..<position].count { $0 == terminator }
            // The last line may lack its end; no line follows it then.
            if record.problem == nil, record.raw.isEmpty, format.skipsBlankLines { continue }
            records.append(record)
        }
        return records
    }

    private mutating func nextRecord() -> ReadRecord {
        let start = position
        do {
            let fields = try wellFormed(limit: start + format.maximumRecordBytes)
            let record = ReadRecord(fields: fields, offset: start, raw: Array(text[start..<position]))
            position += lineEndLength(at: position)!
            return record
        } catch let malformed as Malformed {
            return firstLine(from: start, malformed.problem)
        } catch {
            preconditionFailure("nothing else is thrown")
        }
    }

    /// Leaves the position at the line ending.
    private mutating func wellFormed(limit: Int) throws -> [[UInt8]] {
        var fields: [[UInt8]] = []
        while true {
            let field = try field(fields.count, limit: limit)
            fields.append(field)
            if position <= limit, lineEndLength(at: position) != nil { return fields }
            guard position < limit else { throw tooLong }
            position += 1
        }
    }

    /// Leaves the position at the separator or the line ending.
    private mutating func field(_ index: Int, limit: Int) throws -> [UInt8] {
        if position < min(limit, text.count), text[position] == 0x22 { return try quotedField(index, limit: limit) }
        var value: [UInt8] = []
        while lineEndLength(at: position) == nil, text[position] != format.separator {
            guard position < limit else { throw tooLong }
            guard text[position] != 0x22 else { throw Malformed(problem: .strayQuote(field: index)) }
            value.append(text[position])
            position += 1
        }
        return value
    }

    private mutating func quotedField(_ index: Int, limit: Int) throws -> [UInt8] {
        var value: [UInt8] = []
        position += 1
        while position < min(limit, text.count) {
            let byte = text[position]
            position += 1
            if byte == 0x22 {
                let isEnd = lineEndLength(at: position) != nil || text[position] == format.separator
                if isEnd { return value }
                guard text[position] == 0x22 else { throw Malformed(problem: .textAfterQuote(field: index)) }
                position += 1
            }
            value.append(byte)
        }
        throw Malformed(problem: .unterminatedQuote(field: index))
    }

    private mutating func firstLine(from start: Int, _ problem: CSVProblem) -> ReadRecord {
        position = start
        while lineEndLength(at: position) == nil { position += 1 }
        let line = text[start..<position]
        position += lineEndLength(at: position)!
        let isTooLong = line.count > format.maximumRecordBytes
        return ReadRecord(
            problem: isTooLong ? tooLong.problem : problem, offset: start,
            raw: Array(line.prefix(format.maximumRecordBytes)))
    }

    private var tooLong: Malformed { Malformed(problem: .recordTooLong(limit: format.maximumRecordBytes)) }

    /// How long the line ending is that begins here: nil where there is none. The end of the text is one; a CR before a
    /// line feed or the end of the text belongs to it.
    private func lineEndLength(at position: Int) -> Int? {
        if position == text.count { return 0 }
        if text[position] == terminator { return 1 }
        guard terminator == 10, text[position] == 13 else { return nil }
        if position + 1 == text.count { return 1 }
        return text[position + 1] == 10 ? 2 : nil
    }
}
