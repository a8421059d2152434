/// The work of `CSVReader`, as a value: one exclusive access a record instead of one a property.
struct RecordScanner {
    private let format: CSVFormat
    private let source: (UnsafeMutableRawBufferPointer) throws -> Int
    private var window: Window
    private var splitter: Splitter
    private var number = 0
    private var line = 1
    /// The rest of a line that is too long goes by without being kept.
    private var isSkippingLine = false

    init(
        format: CSVFormat, bufferSize: Int, read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int
    ) {
        precondition(format.maximumRecordBytes < 1 << 30 && bufferSize > 0)
        self.format = format
        source = read
        window = Window(capacity: format.maximumRecordBytes + bufferSize + 2, chunk: bufferSize)
        splitter = Splitter(format)
    }

    func deallocate() {
        window.deallocate()
        splitter.deallocate()
    }

    var bytesConsumed: Int { window.offset }

    mutating func next() throws -> CSVRecord? {
        while true {
            if window.isEmpty, try !refill() { return nil }
            var outcome = splitter.split(window.base, count: window.count)
            if case .needsMore = outcome {
                if try refill() { continue }
                outcome = splitter.endOfText(window.base, count: window.count)
            }
            switch outcome {
            case .record(0, let consumed, let lines) where format.skipsBlankLines: consume(consumed, lines)
            case .record(let length, let consumed, let lines) where length <= format.maximumRecordBytes:
                let record = record(length, fieldCount: splitter.fieldCount, problem: nil)
                consume(consumed, lines)
                return record
            case .malformed(let problem): return try malformed(problem)
            case .record, .needsMore: return try malformed(tooLong)
            }
        }
    }

    private var tooLong: CSVProblem { .recordTooLong(limit: format.maximumRecordBytes) }

    /// Gives the first physical line as a malformed record and goes on after it.
    private mutating func malformed(_ problem: CSVProblem) throws -> CSVRecord {
        var searched = 0
        var terminator = window.firstIndex(of: format.terminator, from: searched)
        // One byte more than a record may have, because it may be the CR of the line ending.
        while terminator == nil, window.count <= format.maximumRecordBytes + 1 {
            searched = window.count
            guard try refill() else { break }
            terminator = window.firstIndex(of: format.terminator, from: searched)
        }
        let lineEnd = terminator ?? window.count
        let hasCR = format.lineEnding == .lf && lineEnd > 0 && window.base[lineEnd - 1] == cr
        let length = hasCR ? lineEnd - 1 : lineEnd
        let isTooLong = length > format.maximumRecordBytes
        let record = record(
            min(length, format.maximumRecordBytes), fieldCount: 0, problem: isTooLong ? tooLong : problem)
        isSkippingLine = terminator == nil
        consume(terminator.map { $0 + 1 } ?? window.count, 1)
        splitter.restart()
        return record
    }

    private mutating func record(_ length: Int, fieldCount: Int, problem: CSVProblem?) -> CSVRecord {
        defer { number += 1 }
        return CSVRecord(
            base: window.base, ends: splitter.ends, length: length, count: fieldCount, number: number, line: line,
            offset: window.offset, problem: problem)
    }

    private mutating func consume(_ bytes: Int, _ lines: Int) {
        window.consume(bytes)
        line += lines
        splitter.begin(after: bytes)
    }

    /// Reads more of the text behind what is in the window.
    /// - Returns: false at the end of the text.
    private mutating func refill() throws -> Bool {
        while try window.fill(source) {
            guard isSkippingLine else { return true }
            if let end = window.firstIndex(of: format.terminator, from: 0) {
                isSkippingLine = false
                window.consume(end + 1)
                if !window.isEmpty { return true }
            } else {
                window.consume(window.count)
            }
        }
        return false
    }
}
