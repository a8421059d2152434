/// The reader's state and rules; see `CSVReader`. Its memory is freed by its owner.
struct RecordReader {
    private let format: CSVFormat
    private let source: InputSource
    private var input: InputBuffer
    private var scanner: RecordScanner
    /// Where the fields end of a record that is read by itself, counted from its start.
    private var ends = FieldEnds()
    private var doubt: DoubtfulLines
    /// Offset before which lines may be part of a value of an earlier, malformed record.
    private var certainFrom = 0
    private var linesToSkip: Int
    /// All ones, or all zeros where line breaks within quotes do not count.
    private let quotedLineMask: Int
    /// The record that was returned last.
    private let record = UnsafeMutablePointer<CSVRecord.Parts>.allocate(capacity: 1)
    private var number = 0
    private var line = 1
    private var isAtStart = true
    private var isInsideLongLine = false

    /// - Parameter readSize: the most bytes to ask the source for at once.
    init(format: CSVFormat, readSize: Int, source: InputSource) {
        self.format = format
        self.source = source
        let isStream = if case .stream = source { true } else { false }
        input = InputBuffer(format: format, readSize: readSize, isStream: isStream)
        scanner = RecordScanner(format: format)
        doubt = DoubtfulLines(format: format)
        linesToSkip = format.skippedLines
        quotedLineMask = format.countsQuotedLineEnds ? -1 : 0
    }

    func deallocate() {
        input.deallocate()
        scanner.deallocate()
        ends.deallocate()
        record.deallocate()
    }

    var bytesConsumed: Int { input.consumed }

    // Inline in the only caller, so that a record is not copied once more.
    @inline(__always)
    mutating func next() throws -> CSVRecord? {
        if isAtStart { try skipStart() }
        if isInsideLongLine { try skipLine() }
        while true {
            if input.offset < certainFrom {
                if let record = try takeDoubtfulLine() { return record }
                continue
            }
            switch scanner.scan(input.bytes, available: input.available, isLast: input.isLast) {
            case .lineEnd(let place):
                if let record = try takeLine(endingAt: place) { return record }
            case .needsInput:
                try input.fill(from: source)
            case .violation:
                return try takeCarefully()
            case .tooLong:
                return try takeEndlessRecord()
            case .unterminated:
                return input.available > 0 ? try takeEndlessRecord() : nil
            }
        }
    }
}

// MARK: - Well-formed records
extension RecordReader {
    /// The scanned record; nil when it is a blank line to be skipped.
    @inline(__always)
    private mutating func takeLine(endingAt place: Int) throws -> CSVRecord? {
        let length = contentLength(lineEnd: place)
        if length > format.maximumRecordBytes { return try takeEndlessRecord() }
        var record: CSVRecord?
        if length > 0 || !format.skipsBlankLines {
            let fields = scanner.fields(length: length)
            record = makeRecord(fields.count, base: fields.base, ends: fields.ends, length: length, problem: nil)
        }
        line &+= 1 &+ (scanner.quotedLineEnds & quotedLineMask)
        input.consume(place &+ 1)
        scanner.beginNextRecord()
        return record
    }

    /// Bytes before the line end at a place, without the CR of a CRLF.
    @inline(__always)
    private func contentLength(lineEnd place: Int) -> Int {
        guard format.lineEnding == .lf, place > 0 else { return place }
        let last = input.bytes.load(fromByteOffset: place &- 1, as: UInt8.self)
        return last == .carriageReturn ? place &- 1 : place
    }

    @inline(__always)
    private mutating func makeRecord(
        _ count: Int, base: UnsafeRawPointer, ends: UnsafePointer<UInt32>, length: Int, problem: CSVProblem?
    ) -> CSVRecord {
        record.initialize(
            to: CSVRecord.Parts(
                count: count, number: number, line: line, offset: input.offset, length: length, problem: problem,
                base: base, ends: ends))
        number &+= 1
        return CSVRecord(record)
    }
}

// MARK: - Records that are not RFC 4180
extension RecordReader {
    /// The record of the first bytes not consumed, with the fields found in them one byte after the other.
    private mutating func makeRecord(length: Int, problem: CSVProblem?) -> CSVRecord {
        makeRecord(ends.count, base: input.bytes, ends: ends.slots, length: length, problem: problem)
    }

    /// Reads the current record again from its start, byte by byte.
    private mutating func takeCarefully() throws -> CSVRecord {
        var careful = CarefulScanner(format: format)
        ends.count = 0
        while true {
            switch careful.scan(input.bytes, available: input.available, isLast: input.isLast, into: &ends) {
            case .lineEnd(let place):
                return try takeCarefulLine(endingAt: place, careful.quotedLineEnds)
            case .needsInput:
                try input.fill(from: source)
            case .violation:
                return try takeMalformedLine(.textAfterQuote(field: ends.count))
            case .tooLong, .unterminated:
                return try takeMalformedLine(nil)
            }
        }
    }

    private mutating func takeCarefulLine(endingAt place: Int, _ quotedLineEnds: Int) throws -> CSVRecord {
        let length = contentLength(lineEnd: place)
        if length > format.maximumRecordBytes { return try takeMalformedLine(nil) }
        ends.append(length)
        let record = makeRecord(length: length, problem: nil)
        line += 1 + (quotedLineEnds & quotedLineMask)
        input.consume(place + 1)
        scanner.restart()
        return record
    }

    /// Returns the first physical line of a record that the scanner found no end of.
    private mutating func takeEndlessRecord() throws -> CSVRecord {
        scanner.copyEnds(to: &ends)
        return try takeMalformedLine(nil)
    }

    /// Returns the first physical line of the current record as malformed and begins anew at the next line.
    ///
    /// - Parameter problem: nil when the record did not end within the limit or the input.
    private mutating func takeMalformedLine(_ problem: CSVProblem?) throws -> CSVRecord {
        guard let end = try firstLineEnd() else { return takeLongLine() }
        let length = contentLength(lineEnd: end)
        guard length <= format.maximumRecordBytes else { return takeLongLine() }
        let problem = problem ?? .unterminatedQuote(field: fields(before: end))
        certainFrom = input.offset + (try certainPlace(behind: end))
        return takeLine(length: length, end: end, problem)
    }

    /// How far the lines behind a malformed one are in doubt, reading on as far as the limit.
    private mutating func certainPlace(behind lineEnd: Int) throws -> Int {
        while true {
            let text = UnsafeRawBufferPointer(start: input.bytes, count: input.available)
            switch doubt.find(in: text, lineEnd: lineEnd, offset: input.offset, isLast: input.isLast) {
            case .certain(let place): return place
            case .needsInput: try input.fill(from: source)
            }
        }
    }

    /// The next physical line as one in doubt, split as if it were a record; nil when it is a blank line to be skipped.
    /// There is one: what is in doubt are bytes that were seen.
    private mutating func takeDoubtfulLine() throws -> CSVRecord? {
        guard let end = try firstLineEnd() else { return takeLongLine() }
        let length = contentLength(lineEnd: end)
        guard length <= format.maximumRecordBytes else { return takeLongLine() }
        if length == 0 && format.skipsBlankLines {
            line += 1
            input.consume(end + 1)
            scanner.restart()
            return nil
        }
        return takeLine(length: length, end: end, .insideQuote)
    }

    /// Returns a physical line; its fields are those of a record if it could be one, else it is cut at each separator.
    private mutating func takeLine(length: Int, end: Int, _ problem: CSVProblem) -> CSVRecord {
        var careful = CarefulScanner(format: format)
        ends.count = 0
        if case .lineEnd = careful.scan(input.bytes, available: end + 1, isLast: true, into: &ends) {
            ends.append(length)
        } else {
            cutAtSeparators(length: length)
        }
        let record = makeRecord(length: length, problem: problem)
        line += 1
        input.consume(end + 1)
        scanner.restart()
        return record
    }

    /// Where the first physical line ends, reading on as far as the limit; nil when it is longer.
    private mutating func firstLineEnd() throws -> Int? {
        // One byte more than the limit and a CRLF is never needed to tell.
        let window = format.maximumRecordBytes + 2
        var searched = 0
        while true {
            if let end = input.lineEnd(from: searched, within: window) { return end }
            searched = min(input.available, window)
            if searched == window || input.isLast { return nil }
            try input.fill(from: source)
        }
    }

    /// The number of field ends before a place: the index of the field that the place is in.
    private func fields(before place: Int) -> Int {
        let places = UnsafeBufferPointer(start: ends.slots, count: ends.count)
        return places.firstIndex { $0 >= place } ?? places.count
    }

    private mutating func cutAtSeparators(length: Int) {
        ends.count = 0
        let text = UnsafeRawBufferPointer(start: input.bytes, count: length)
        for (place, byte) in text.enumerated() where byte == format.separator { ends.append(place) }
        ends.append(length)
    }
}

// MARK: - What is passed over
extension RecordReader {
    /// Returns the start of a line that is too long; the rest of it is passed over by the next call, unbuffered.
    private mutating func takeLongLine() -> CSVRecord {
        let limit = format.maximumRecordBytes
        ends.count = 0
        let record = makeRecord(length: limit, problem: .recordTooLong(limit: limit))
        input.consume(limit)
        isInsideLongLine = true
        return record
    }

    /// Passes over the bytes up to the end of the line, unbuffered.
    private mutating func skipLine() throws {
        while true {
            if let end = input.lineEnd(from: 0, within: .max) {
                input.consume(end + 1)
                break
            }
            input.consume(input.available)
            if input.isLast { break }
            try input.fill(from: source)
        }
        line += 1
        scanner.restart()
        isInsideLongLine = false
    }

    /// Passes over what stands before the first record.
    private mutating func skipStart() throws {
        while input.available < byteOrderMark.count && !input.isLast { try input.fill(from: source) }
        let start = UnsafeRawBufferPointer(start: input.bytes, count: input.available)
        if start.starts(with: byteOrderMark) { input.consume(byteOrderMark.count) }
        isAtStart = false
        while linesToSkip > 0 {
            linesToSkip -= 1
            try skipLine()
        }
    }
}
