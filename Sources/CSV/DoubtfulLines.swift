/// Says how far the lines behind a malformed record may be part of its value, so that a line of a description never
/// becomes a record.
///
/// From the line after the malformed one on, the text is read in two ways at once. One reading begins a record there. The
/// other is still inside the quoted value, which goes on until a quote that a separator or a line end follows; any other
/// quote is data to both. The first line end at which both readings begin a record makes the text certain again; every
/// line before it is in doubt.
///
/// If no quote closes the value within the input and the record limit, the quotes of the malformed line decide: an odd
/// number leaves the value open, and all lines up to the limit are in doubt; an even number (`"Big" lamp`) is in balance,
/// and none is.
struct DoubtfulLines {
    /// What the lines behind a malformed one are, as far as it can be told from the bytes there are.
    enum Finding {
        /// Lines are in doubt up to this place.
        case certain(at: Int)
        /// More bytes are needed: ask again with them.
        case needsInput
    }

    private let start: QuotedReading
    private let window: Int
    /// Up to this offset of the input, and in this state there, no quote closes a value that began before: asked for once,
    /// so that a file of nothing but such lines is not searched once for each of them.
    private var open: (offset: Int, reading: QuotedReading)?

    init(format: CSVFormat) {
        start = QuotedReading(QuoteBytes(format))
        window = format.maximumRecordBytes + 2
    }

    /// - Parameters:
    ///   - text: from the malformed record's start on, which is at `offset` of the input.
    ///   - lineEnd: where its first line ends.
    mutating func find(in text: UnsafeRawBufferPointer, lineEnd: Int, offset: Int, isLast: Bool) -> Finding {
        let next = lineEnd + 1
        var inside = start
        var quotes = 0
        for byte in text[..<next] {
            inside.take(byte)
            if byte == .quote { quotes += 1 }
        }
        guard !inside.isRecordStart else { return .certain(at: next) }
        let end = min(text.count, window)
        let isWhole = isLast || end == window
        if next < end, closes(text[next..<end], inside, offset: offset) {
            let agreement = agreement(text[next..<end], inside)
            return agreement.map(Finding.certain) ?? (isWhole ? .certain(at: end) : .needsInput)
        }
        guard isWhole else { return .needsInput }
        return .certain(at: quotes.isMultiple(of: 2) ? next : max(next, end))
    }

    /// Whether a quote in the bytes closes the value.
    private mutating func closes(_ text: Slice<UnsafeRawBufferPointer>, _ inside: QuotedReading, offset: Int) -> Bool {
        var reading = inside
        var place = text.startIndex
        if let open, open.offset >= offset + place {
            (place, reading) = (min(open.offset - offset, text.endIndex), open.reading)
        }
        guard place < text.endIndex else { return false }
        for byte in text[place...] {
            reading.take(byte)
            if !reading.isInside { return true }
        }
        open = (offset + text.endIndex, reading)
        return false
    }

    /// The place behind the first line end at which both readings begin a record.
    private func agreement(_ text: Slice<UnsafeRawBufferPointer>, _ inside: QuotedReading) -> Int? {
        var (outside, inside) = (start, inside)
        for (place, byte) in zip(text.indices, text) {
            outside.take(byte)
            inside.take(byte)
            if outside.isRecordStart && inside.isRecordStart { return place + 1 }
        }
        return nil
    }
}

/// Reads text whose quotes cannot be trusted: a quoted value ends with a quote that a separator or a line end follows.
struct QuotedReading {
    private enum State { case recordStart, fieldStart, plain, quoted, quote, quoteBlank, quoteReturn }

    private let bytes: QuoteBytes
    private var state = State.recordStart

    init(_ bytes: QuoteBytes) {
        self.bytes = bytes
    }

    /// Whether the last byte ended a record.
    var isRecordStart: Bool { state == .recordStart }

    /// Whether a quoted value has begun that has not ended.
    var isInside: Bool {
        switch state {
        case .recordStart, .fieldStart, .plain: false
        case .quoted, .quote, .quoteBlank, .quoteReturn: true
        }
    }

    @inline(__always)
    mutating func take(_ byte: UInt8) {
        // The same byte as before in nearly every case.
        if state == .quoted {
            if byte == .quote { state = .quote }
        } else if byte == bytes.lineEnd {
            state = .recordStart
        } else if byte == bytes.separator && state != .quoteReturn {
            state = .fieldStart
        } else {
            state = state(after: byte)
        }
    }

    /// The state after a byte that ends no field.
    private func state(after byte: UInt8) -> State {
        switch state {
        case .recordStart, .fieldStart: byte == .quote ? .quoted : bytes.isBlank(byte) ? .fieldStart : .plain
        case .plain: .plain
        case .quote where byte == .quote: .quoted
        case .quote, .quoteBlank:
            bytes.isBlank(byte)
                ? .quoteBlank : bytes.isReturn(byte) ? .quoteReturn : byte == .quote ? .quote : .quoted
        case .quoteReturn, .quoted: byte == .quote ? .quote : .quoted
        }
    }
}
