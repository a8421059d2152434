import CSV
import Testing

/// The longest record: what is longer is reported, passed over, and takes no memory.
@Suite struct CSVLimitTests {
    private static let bufferSizes = [1, 2, 3, 63, 4096]
    private static let endings: [Text] = ["\n", "\r\n", ""]

    @Test("a record may be exactly as long as the limit, whatever ends it", arguments: bufferSizes, endings)
    func exactlyTheLimit(bufferSize: Int, ending: Text) throws {
        for line in ["aaaa,bbbbb", "\"aaaaaaaa\"", "a,\"b\nc\",de"] {
            let read = try records(line + ending.string, .make(limit: 10), bufferSize: bufferSize)
            #expect(read.map(\.problem) == [nil])
            #expect(read.first?.raw == Array(line.utf8))
        }
    }

    @Test("one byte more is too long", arguments: bufferSizes, endings)
    func oneMore(bufferSize: Int, ending: Text) throws {
        for line in ["aaaa,bbbbbb", "\"aaaaaaaaa\"", "aaaaaaaaaa\"", "aaaaaaaaa\rb", "\"aaaaaaaaaaa"] {
            let read = try records(line + ending.string, .make(limit: 10), bufferSize: bufferSize)
            #expect(read.map(\.problem) == [.recordTooLong(limit: 10)], "\(line)")
            #expect(read.first?.raw == Array(line.utf8.prefix(10)))
        }
    }

    @Test("the line behind one that is too long is read, with its line and byte", arguments: bufferSizes)
    func afterTooLong(bufferSize: Int) throws {
        let long = String(repeating: "x", count: 1000)
        let read = try records("a\n\(long)\r\n\nb\n\(long)", .make(limit: 50), bufferSize: bufferSize)
        #expect(read.map(\.problem) == [nil, .recordTooLong(limit: 50), nil, .recordTooLong(limit: 50)])
        #expect(read.map(\.line) == [1, 2, 4, 5])
        #expect(read.map(\.offset) == [0, 2, 1005, 1007])
        #expect(read[2].strings == ["b"])
    }

    @Test("a quoted field that outgrows the limit costs its first line", arguments: bufferSizes)
    func longQuotedField(bufferSize: Int) throws {
        let text = "1,\"a\n2,b\n3,c\n4,d\n5,e\"\n6,f\n"
        let read = try records(text, .make(limit: 12), bufferSize: bufferSize)
        #expect(read.first?.problem == .unterminatedQuote(field: 1))
        #expect(read.map(\.line) == [1, 2, 3, 4, 5, 6])
        #expect(read.map { $0.problem == nil } == [false, true, true, true, false, true])
    }

    @Test("a record of several lines that goes on behind its quote is too long as a whole", arguments: bufferSizes)
    func longRecordOfShortLines(bufferSize: Int) throws {
        let read = try records("\"a\nb\",ccccccc\nd\n", .make(limit: 10), bufferSize: bufferSize)
        #expect(read.map(\.problem) == [.recordTooLong(limit: 10), .strayQuote(field: 0), nil])
        #expect(read.map(\.raw) == ["\"a", "b\",ccccccc", "d"].map { Array($0.utf8) })
    }

    @Test("a line of megabytes goes by without being kept")
    func endlessLine() throws {
        let (length, limit, bufferSize) = (5 << 20, 1 << 10, 1 << 12)
        let end = Array("\nlast,line\n".utf8)
        var position = 0
        var memory: ClosedRange<UInt>?
        let reader = CSVReader(format: .make(limit: limit), bufferSize: bufferSize) { buffer in
            let start = UInt(bitPattern: buffer.baseAddress)
            let room = start...(start + UInt(buffer.count))
            memory = memory.map { min($0.lowerBound, start)...max($0.upperBound, room.upperBound) } ?? room
            let count = min(buffer.count, length + end.count - position)
            for index in 0..<count {
                // Every second byte is a separator: ends of fields must not pile up either.
                let byte = position % 2 == 0 ? UInt8(ascii: "x") : UInt8(ascii: ",")
                buffer[index] = position < length ? byte : end[position - length]
                position += 1
            }
            return count
        }
        let long = try #require(try reader.next())
        #expect(long.problem == .recordTooLong(limit: limit))
        #expect(long.raw.count == limit)
        #expect(position <= limit + 2 * bufferSize)
        let last = try #require(try reader.next().map { ReadRecord($0) })
        #expect(last.strings == ["last", "line"])
        #expect(last.line == 2)
        #expect(last.offset == length + 1)
        // The source was never given other memory than the one buffer.
        let used = try #require(memory)
        #expect(used.upperBound - used.lowerBound <= UInt(limit + bufferSize + 2))
    }
}
