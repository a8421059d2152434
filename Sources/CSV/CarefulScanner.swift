/// Finds the end of a record byte by byte, where its quotes are not those of RFC 4180.
///
/// It takes what every lenient reader takes: a quote within a value that did not begin with one is data, and whitespace may
/// stand before an opening quote and after a closing one. A closing quote that anything else follows is a violation.
/// Shown the bytes from the record's start on, like `RecordScanner`, and as resumable as that.
struct CarefulScanner {
    private enum State { case fieldStart, plain, quoted, closed, closedBlank, closedReturn }

    private let bytes: QuoteBytes
    /// Bytes in which a record within the limit has its end: room for a CRLF.
    private let window: Int
    private var state = State.fieldStart
    private var place = 0
    private(set) var quotedLineEnds = 0

    init(format: CSVFormat) {
        bytes = QuoteBytes(format)
        window = format.maximumRecordBytes + 2
    }

    /// - Parameter ends: takes the ends of the fields found.
    mutating func scan(
        _ text: UnsafeRawPointer, available: Int, isLast: Bool, into ends: inout FieldEnds
    ) -> RecordScanner.Finding {
        while place < available {
            if place >= window { return .tooLong }
            let byte = text.load(fromByteOffset: place, as: UInt8.self)
            switch take(byte) {
            case .goOn: break
            case .fieldEnd: ends.append(place)
            case .lineEnd: return .lineEnd(place)
            case .violation: return .violation(place)
            }
            place += 1
        }
        if place >= window { return .tooLong }
        return isLast ? .unterminated : .needsInput
    }

    private enum Event { case goOn, fieldEnd, lineEnd, violation }

    private mutating func take(_ byte: UInt8) -> Event {
        if state == .quoted {
            if byte == .quote { state = .closed }
            if byte == bytes.lineEnd { quotedLineEnds += 1 }
            return .goOn
        }
        if byte == bytes.lineEnd { return .lineEnd }
        if byte == bytes.separator && state != .closedReturn {
            state = .fieldStart
            return .fieldEnd
        }
        guard let next = state(after: byte) else { return .violation }
        state = next
        return .goOn
    }

    /// The state after a byte that ends nothing, outside quotes; nil where it may not stand.
    private func state(after byte: UInt8) -> State? {
        switch state {
        case .fieldStart: byte == .quote ? .quoted : bytes.isBlank(byte) ? .fieldStart : .plain
        case .plain: .plain
        case .closed where byte == .quote: .quoted
        case .closed, .closedBlank: bytes.isBlank(byte) ? .closedBlank : bytes.isReturn(byte) ? .closedReturn : nil
        case .closedReturn, .quoted: nil
        }
    }
}

/// The bytes that mean something beside quotes.
struct QuoteBytes {
    let separator: UInt8
    let lineEnd: UInt8

    init(_ format: CSVFormat) {
        separator = format.separator
        lineEnd = format.lineEndByte
    }

    /// Whitespace that may stand between a quote and a separator.
    func isBlank(_ byte: UInt8) -> Bool {
        (byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")) && byte != separator
    }

    /// The first half of a CRLF.
    func isReturn(_ byte: UInt8) -> Bool { byte == .carriageReturn && lineEnd == .lineFeed }
}
