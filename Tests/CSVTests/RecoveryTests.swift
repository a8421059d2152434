import CSV
import Testing

struct RecoveryTests {
    private func raw(_ records: [ReadRecord]) -> [String] {
        records.map { String(decoding: $0.raw, as: UTF8.self) }
    }

    @Test("a malformed record costs its first physical line, and the next line is read anew")
    func oneLine() throws {
        let records = try read("h,i\n1,\"big\" screen\n2,\"a\"b\n3,ok\n")
        #expect(raw(records) == ["h,i", "1,\"big\" screen", "2,\"a\"b", "3,ok"])
        #expect(records.map(\.problem) == [nil, .textAfterQuote(field: 1), .textAfterQuote(field: 1), nil])
        #expect(records.map(\.line) == [1, 2, 3, 4])
    }

    @Test("a quote that swallows lines gives them back as doubtful, and the text is certain behind its closing quote")
    func swallowed() throws {
        let records = try read("1,\"open\n2,b\n3,\"c\"\n4,d")
        #expect(raw(records) == ["1,\"open", "2,b", "3,\"c\"", "4,d"])
        #expect(records.map(\.problem) == [.textAfterQuote(field: 1), .insideQuote, .insideQuote, nil])
    }

    @Test("a line of a description with unescaped quotes is not a record")
    func description() throws {
        let records = try read("D1,\"old list:\nDX,Ghost\nthe \"good\" one\"\nD2,next\n")
        #expect(records.map(\.problem) == [.textAfterQuote(field: 1), .insideQuote, .insideQuote, nil])
        #expect(records[1].strings == ["DX", "Ghost"])
    }

    @Test("a doubtful line that is inside quotes in either reading does not make the text certain")
    func bothReadings() throws {
        // Line 3 closes the first value and, read as a record, opens another one, which ends on line 5.
        let records = try read("1,\"open \"x\n2,\"\nGhost,1\nb\"\"c\nx\"\n9,ok\n")
        #expect(records.last?.problem == nil)
        #expect(records.dropFirst().dropLast().allSatisfy { $0.problem == .insideQuote })
        #expect(records.last?.strings == ["9", "ok"])
    }

    @Test("a quote that nothing closes leaves all lines in doubt, to the end of the input or as far as the limit")
    func unterminated() throws {
        let atEnd = try read("1,\"open\n2,b\n3,c\n")
        #expect(raw(atEnd) == ["1,\"open", "2,b", "3,c"])
        #expect(atEnd.map(\.problem) == [.unterminatedQuote(field: 1), .insideQuote, .insideQuote])

        let lines = (0..<50).map { "\($0),b" }.joined(separator: "\r\n")
        let atLimit = try read("1,2,\"open\r\n" + lines, CSVFormat(maximumRecordBytes: 40))
        #expect(atLimit.count == 51)
        #expect(atLimit[0].problem == .unterminatedQuote(field: 2))
        #expect(atLimit[1...7].allSatisfy { $0.problem == .insideQuote })
        #expect(atLimit.dropFirst(8).allSatisfy { $0.problem == nil })
        #expect(atLimit.map(\.line) == Array(1...51))
    }

    @Test("quotes in balance within their line leave nothing in doubt where nothing closes the value later")
    func balanced() throws {
        let records = try read("1,\"Big\" lamp,x\n2,b\n3,c\n")
        #expect(records.map(\.problem) == [.textAfterQuote(field: 1), nil, nil])
        #expect(
            try read("1,\"27\" screen\n2,b\n3\",c\n").map(\.problem) == [
                .textAfterQuote(field: 1), .insideQuote, .insideQuote,
            ])
    }

    @Test("many lines that nothing closes are read in linear time")
    func manyUnclosed() throws {
        // Each of them would search a megabyte of its own: a hundred gigabytes in all.
        let line = "1,\"Big\" lamp,x\n"
        let records = try read(String(repeating: line, count: 100_000))
        #expect(records.count == 100_000)
        #expect(records.allSatisfy { $0.problem == .textAfterQuote(field: 1) })
    }

    @Test("a malformed record is cut at each separator")
    func bestEffort() throws {
        #expect(try read("\"a\"\"b\",x\"y,\"open,z")[0].strings == ["a\"b", "x\"y", "\"open", "z"])
        #expect(try read("\"a\"b\"c\",d")[0].strings == ["a\"b\"c", "d"])
    }

    @Test("a record as long as the limit is read, one byte more is too long", arguments: ["\n", "\r\n", ""])
    func limit(ending: String) throws {
        let format = CSVFormat(maximumRecordBytes: 100)
        let fits = String(repeating: "x", count: 98) + ",y"
        #expect(try read(fits + ending, format).map(\.problem) == [nil])
        let tooLong = try read("x" + fits + ending + "next", format)
        if !ending.isEmpty { #expect(tooLong.count == 2) }
        #expect(tooLong[0].problem == .recordTooLong(limit: 100))
        #expect(tooLong[0].raw.count == 100)
        #expect(tooLong[0].fields.isEmpty)
    }

    @Test("a line of a gigabyte is passed over without being held")
    func longLine() throws {
        let (lineBytes, chunk) = (1 << 30, 1 << 18)
        var sent = 0
        var largest = 0
        let tail = Array("\nok,1\n".utf8)
        let reader = CSVReader(format: CSVFormat(maximumRecordBytes: 1000)) { buffer in
            largest = max(largest, buffer.count)
            if sent < lineBytes {
                // The content does not matter, only that it holds no line end; it was zero before.
                if sent < 8 * chunk { buffer.initializeMemory(as: UInt8.self, repeating: 0x78) }
                sent += buffer.count
                return buffer.count
            }
            guard sent < .max else { return 0 }
            sent = .max
            buffer.copyBytes(from: tail)
            return tail.count
        }
        #expect(try reader.next()?.problem == .recordTooLong(limit: 1000))
        let record = try #require(try reader.next())
        #expect(record[0].string == "ok")
        #expect(record.line == 2)
        #expect(largest <= chunk)
        #expect(try reader.next() == nil)
    }

    @Test("the source is given one piece of memory only, however long a line and however many its fields")
    func boundedMemory() throws {
        let (lineBytes, limit, bufferSize) = (5 << 20, 1 << 10, 1 << 12)
        let tail = Array("\nlast,line\n".utf8)
        var sent = 0
        var addresses: Set<UInt> = []
        let reader = CSVReader(format: CSVFormat(maximumRecordBytes: limit), bufferSize: bufferSize) { buffer in
            let start = UInt(bitPattern: buffer.baseAddress)
            addresses.formUnion([start, start + UInt(buffer.count)])
            let count = min(buffer.count, lineBytes + tail.count - sent)
            for index in 0..<count {
                buffer[index] = sent < lineBytes ? UInt8(ascii: ",") : tail[sent - lineBytes]
                sent += 1
            }
            return count
        }
        #expect(try reader.next()?.problem == .recordTooLong(limit: limit))
        #expect(sent <= limit + 2 * bufferSize, "the rest of the line is not read before it is asked for")
        let last = try #require(try reader.next().map { ReadRecord($0) })
        #expect(last.strings == ["last", "line"])
        #expect(last.line == 2)
        #expect(last.offset == lineBytes + 1)
        let (lowest, highest) = (try #require(addresses.min()), try #require(addresses.max()))
        #expect(highest - lowest <= UInt(limit + bufferSize))
    }

    @Test("a record as long as the limit is read through every buffer size", arguments: [1, 2, 3, 10, 11, 12, 13, 64])
    func limitAtSeams(bufferSize: Int) throws {
        let format = CSVFormat(maximumRecordBytes: 10)
        for line in ["aaaa,bbbbb", "\"aaaaaaaa\"", "a,\"b\nc\",de"] {
            for ending in ["", "\n", "\r\n", "\r"] {
                let records = try read(Array((line + ending).utf8), format, bufferSize: bufferSize)
                #expect(records.map(\.problem) == [nil])
                #expect(raw(records) == [line])
            }
        }
    }
}
