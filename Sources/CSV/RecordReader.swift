/// The reader's state and rules; see `CSVReader`. Its memory is freed by its owner.
struct RecordReader {
    private let format: CSVFormat
    private let read: (UnsafeMutableRawBufferPointer) throws -> Int
    private var input: InputBuffer
    private var scanner: RecordScanner
    private var number = 0
    private var line = 1
    private var isAtStart = true
    private var isInsideLongLine = false

    init(format: CSVFormat, bufferSize: Int, read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int) {
        self.format = format
        self.read = read
        input = InputBuffer(format: format, readSize: bufferSize)
        scanner = RecordScanner(format: format)
    }

    func deallocate() {
        input.deallocate()
        scanner.ends.deallocate()
    }

    var bytesConsumed: Int { input.consumed }

    mutating func next() throws -> CSVRecord? {
        if isAtStart { try skipByteOrderMark() }
        if isInsideLongLine { try skipLongLine() }
        while true {
            switch scanner.scan(input.bytes, available: input.available, isLast: input.isLast) {
            case .lineEnd(let place):
                if let record = try takeLine(endingAt: place) { return record }
            case .needsInput:
                try input.fill(from: read)
            case .violation(let place):
                return try takeMalformedLine(problem(at: place))
            case .tooLong:
                return try takeMalformedLine(nil)
            case .unterminated:
                return input.available > 0 ? try takeMalformedLine(nil) : nil
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
        if length > format.maximumRecordBytes { return try takeMalformedLine(nil) }
        var record: CSVRecord?
        if length > 0 || !format.skipsBlankLines {
            scanner.ends.append(length)
            record = makeRecord(length: length, problem: nil)
        }
        line &+= 1 &+ scanner.quotedLineEnds
        input.consume(place &+ 1)
        scanner.beginRecord(at: place &+ 1)
        return record
    }

    /// Bytes before the line end at a place, without the CR of a CRLF.
    @inline(__always)
    private func contentLength(lineEnd place: Int) -> Int {
        guard format.lineEnding == .lf, place > 0 else { return place }
        let last = input.bytes.load(fromByteOffset: place &- 1, as: UInt8.self)
        return last == .carriageReturn ? place &- 1 : place
    }

    /// The record of the first bytes not consumed, with the fields found in them.
    @inline(__always)
    private mutating func makeRecord(length: Int, problem: CSVProblem?) -> CSVRecord {
        defer { number &+= 1 }
        return CSVRecord(
            count: scanner.ends.count, number: number, line: line, offset: input.offset,
            raw: UnsafeRawBufferPointer(start: input.bytes, count: length), problem: problem, ends: scanner.ends.slots)
    }
}

// MARK: - Malformed records
extension RecordReader {
    /// The problem of a violation the scanner found; the fields before it are known.
    private func problem(at place: Int) -> CSVProblem {
        let field = scanner.ends.count
        let start = field == 0 ? 0 : Int(scanner.ends.slots[field - 1]) + 1
        // Text follows a closing quote only in a field that begins with one.
        let isQuoted = input.bytes.load(fromByteOffset: start, as: UInt8.self) == .quote
        return isQuoted ? .textAfterQuote(field: field) : .strayQuote(field: field)
    }

    /// Returns the first physical line of the current record as malformed and begins anew at the next line.
    ///
    /// - Parameter problem: nil when the record did not end within the limit or the input.
    private mutating func takeMalformedLine(_ problem: CSVProblem?) throws -> CSVRecord {
        guard let end = try firstLineEnd() else { return takeLongLine() }
        let length = contentLength(lineEnd: end)
        guard length <= format.maximumRecordBytes else { return takeLongLine() }
        let problem = problem ?? .unterminatedQuote(field: fields(before: end))
        cutAtSeparators(length: length)
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
            try input.fill(from: read)
        }
    }

    /// The number of field ends before a place: the index of the field that the place is in.
    private func fields(before place: Int) -> Int {
        let ends = UnsafeBufferPointer(start: scanner.ends.slots, count: scanner.ends.count)
        return ends.firstIndex { $0 >= place } ?? ends.count
    }

    private mutating func cutAtSeparators(length: Int) {
        scanner.ends.count = 0
        let text = UnsafeRawBufferPointer(start: input.bytes, count: length)
        for (place, byte) in text.enumerated() where byte == format.separator { scanner.ends.append(place) }
        scanner.ends.append(length)
    }
}

// MARK: - What is passed over
extension RecordReader {
    /// Returns the start of a line that is too long; the rest of it is passed over by the next call, unbuffered.
    private mutating func takeLongLine() -> CSVRecord {
        let limit = format.maximumRecordBytes
        scanner.ends.count = 0
        let record = makeRecord(length: limit, problem: .recordTooLong(limit: limit))
        input.consume(limit)
        isInsideLongLine = true
        return record
    }

    private mutating func skipLongLine() throws {
        while true {
            if let end = input.lineEnd(from: 0, within: .max) {
                input.consume(end + 1)
                break
            }
            input.consume(input.available)
            if input.isLast { break }
            try input.fill(from: read)
        }
        line += 1
        scanner.restart()
        isInsideLongLine = false
    }

    private mutating func skipByteOrderMark() throws {
        while input.available < byteOrderMark.count && !input.isLast { try input.fill(from: read) }
        let start = UnsafeRawBufferPointer(start: input.bytes, count: input.available)
        if start.starts(with: byteOrderMark) { input.consume(byteOrderMark.count) }
        isAtStart = false
    }
}
