import CSIMD

/// Splits a text of any size into records, in memory that one longest record and one buffer need.
///
/// Strict RFC 4180. A malformed record is its first physical line, whatever quotes it opened; reading goes on with the
/// next line, so that one mistake costs one row. A UTF-8 byte order mark at the start is skipped.
public final class CSVReader {
    private let format: CSVFormat
    private let source: (UnsafeMutableRawBufferPointer) throws -> Int
    private var window: Window
    private var scan: Scan
    private var fields = FieldTable()
    private var number = 0
    private var line = 1

    /// - Parameters:
    ///   - bufferSize: bytes asked of the source at once.
    ///   - read: fills the start of a buffer with the next bytes of the text and returns how many; 0 at the end.
    public init(
        format: CSVFormat = CSVFormat(), bufferSize: Int = 1 << 18,
        read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int
    ) {
        precondition(format.maximumRecordBytes < 1 << 30 && bufferSize > 0)
        self.format = format
        source = read
        window = Window(capacity: format.maximumRecordBytes + bufferSize + 2, chunk: bufferSize)
        scan = Scan(separator: format.separator, terminator: format.terminator)
    }

    deinit {
        window.deallocate()
        fields.deallocate()
    }

    /// Bytes of the text that lie before the next record.
    public var bytesConsumed: Int { window.discarded + window.start }

    /// The next record, or nil at the end of the text.
    /// - Throws: only what the source throws.
    public func next() throws -> CSVRecord? {
        while true {
            if window.isEmpty {
                guard try refill() else { return nil }
                if window.discarded == 0 { skipByteOrderMark() }
                continue
            }
            guard let end = try findEnd() else { return try malformed(recoveryProblem()) }
            if end.length == 0, format.skipsBlankLines {
                consume(end)
                continue
            }
            if end.length > format.maximumRecordBytes { return try malformed(tooLong) }
            let record = record(length: end.length, fieldCount: fields.count, problem: nil)
            consume(end)
            return record
        }
    }

    /// Where a record ends: its length without line ending, the bytes to go on after, the line breaks in them.
    private struct End {
        var length: Int
        var consumed: Int
        var lines: Int
    }

    private var tooLong: CSVProblem { .recordTooLong(limit: format.maximumRecordBytes) }

    // MARK: Scanning

    /// Finds the end of the record at the start of the window and the ends of its fields; nil if it is malformed.
    ///
    /// Only quotes, separators and line ends are looked at, 64 bytes at a time. `scan` keeps its place between records.
    private func findEnd() throws -> End? {
        fields.removeAll()
        var state = QuoteState.unquoted
        var fieldStart = 0
        var lines = 0
        while true {
            guard let position = scan.next(window) else {
                if window.count > format.maximumRecordBytes { return fail(state) }
                if try refill() { continue }
                return endOfText(state, fieldStart, lines)
            }
            let byte = window[position]
            switch state {
            case .unquoted where byte == quote:
                guard position == fieldStart else { return fail(.stray) }
                state = .quoted
            case .quoted:
                if byte == quote { state = .closed(at: position + 1) }
                if byte == format.terminator { lines += 1 }
                if position > format.maximumRecordBytes { return fail(state) }
            case .closed(let closed) where byte == quote && position == closed:
                fields.hasEscapes = true
                state = .quoted
            case .closed(let closed) where !isCleanEnd(position, byte, after: closed):
                return fail(.textAfterQuote)
            case .unquoted, .closed:
                if byte == format.terminator {
                    return finish(at: position, consumed: position + 1, lines: lines + 1)
                }
                fields.append(end: position)
                fieldStart = position + 1
                state = .unquoted
            }
        }
    }

    private enum QuoteState {
        case unquoted, quoted
        /// The position after the quote that closes the field, unless another quote follows.
        case closed(at: Int)
    }

    private enum Failure { case stray, textAfterQuote }

    /// What was wrong when `findEnd` gave up.
    private var failure: CSVProblem?

    private func fail(_ failure: Failure) -> End? {
        self.failure = failure == .stray ? .strayQuote(field: fields.count) : .textAfterQuote(field: fields.count)
        return nil
    }

    private func fail(_ state: QuoteState) -> End? {
        if case .quoted = state { failure = .unterminatedQuote(field: fields.count) } else { failure = tooLong }
        return nil
    }

    private func isCleanEnd(_ position: Int, _ byte: UInt8, after closed: Int) -> Bool {
        position == closed || (byte == lf && position == closed + 1 && window[closed] == cr)
    }

    private func endOfText(_ state: QuoteState, _ fieldStart: Int, _ lines: Int) -> End? {
        let count = window.count
        switch state {
        case .quoted: return fail(state)
        case .closed(let closed) where closed < count && !(closed + 1 == count && window[closed] == cr):
            return fail(.textAfterQuote)
        default: return finish(at: count, consumed: count, lines: lines)
        }
    }

    private func finish(at end: Int, consumed: Int, lines: Int) -> End {
        let hasCR = format.lineEnding == .lf && end > fields.lastStart && window[end - 1] == cr
        let length = hasCR ? end - 1 : end
        fields.append(end: length)
        return End(length: length, consumed: consumed, lines: lines)
    }

    // MARK: Recovery

    private func recoveryProblem() -> CSVProblem { failure ?? tooLong }

    /// Gives the first physical line as a malformed record and goes on after it.
    private func malformed(_ problem: CSVProblem) throws -> CSVRecord {
        var searched = 0
        var found: Int?
        while true {
            found = window.firstIndex(of: format.terminator, from: searched)
            if found != nil || window.count > format.maximumRecordBytes { break }
            searched = window.count
            if try !refill() { break }
        }
        let lineEnd = found ?? window.count
        let hasCR = format.lineEnding == .lf && lineEnd > 0 && window[lineEnd - 1] == cr
        let length = hasCR ? lineEnd - 1 : lineEnd
        let isTooLong = length > format.maximumRecordBytes
        let record = record(
            length: min(length, format.maximumRecordBytes), fieldCount: 0, problem: isTooLong ? tooLong : problem)
        if let found {
            consume(End(length: length, consumed: found + 1, lines: 1))
        } else {
            isSkippingLine = true
            consume(End(length: length, consumed: window.count, lines: 1))
        }
        scan.restart()
        return record
    }

    /// The rest of a line that is too long goes by without being kept.
    private var isSkippingLine = false

    // MARK: The window

    private func record(length: Int, fieldCount: Int, problem: CSVProblem?) -> CSVRecord {
        defer { number += 1 }
        return CSVRecord(
            base: window.base, ends: fields.ends, length: length, count: fieldCount, number: number, line: line,
            offset: window.discarded + window.start, problem: problem)
    }

    private func consume(_ end: End) {
        window.start += end.consumed
        line += end.lines
        scan.advance(by: end.consumed)
    }

    /// Reads more of the text behind what is in the window.
    /// - Returns: false at the end of the text.
    private func refill() throws -> Bool {
        while true {
            guard try window.fill(source) else { return false }
            guard isSkippingLine else { return true }
            if let end = window.firstIndex(of: format.terminator, from: 0) {
                isSkippingLine = false
                window.start += end + 1
                if !window.isEmpty { return true }
            } else {
                window.start = window.end
            }
        }
    }

    private func skipByteOrderMark() {
        guard window.count >= 3, window[0] == 0xEF, window[1] == 0xBB, window[2] == 0xBF else { return }
        window.start += 3
    }
}
