/// Finds the end of the next record. Pure: it is shown the bytes from the record's start on, as many as there are, and
/// says what it found or that it needs more. All places are counted from the record's start, so that the bytes may move.
struct RecordScanner {
    enum Finding {
        /// The record ends before the line end at this place.
        case lineEnd(Int)
        /// The quotes are not those of RFC 4180 at this place.
        case violation(Int)
        /// The record cannot be within the limit.
        case tooLong
        /// More bytes are needed; scanning goes on where it stopped.
        case needsInput
        /// The input ends inside quotes.
        case unterminated
    }

    /// Where the fields found so far end.
    var ends = FieldEnds()
    /// Line ends inside quotes found so far.
    private(set) var quotedLineEnds = 0

    /// Bytes in which a record within the limit has its end: room for a CRLF.
    private let window: Int
    private var classifier: BlockClassifier
    private var masks = BlockMasks()
    /// Where the next block begins; `masks` belongs to the one before.
    private var nextBlock = 0

    init(format: CSVFormat) {
        window = format.maximumRecordBytes + 2
        classifier = BlockClassifier(format: format)
    }

    /// Moves on to the record that begins at a place which is the start of a line outside quotes, reached by scanning.
    @inline(__always)
    mutating func beginRecord(at place: Int) {
        ends.count = 0
        quotedLineEnds = 0
        nextBlock &-= place
    }

    /// Begins a record without regard to what was scanned before.
    mutating func restart() {
        ends.count = 0
        quotedLineEnds = 0
        nextBlock = 0
        masks = BlockMasks()
        classifier.restart()
    }

    /// - Parameters:
    ///   - text: the record's first byte.
    ///   - available: the number of bytes there; 63 more must be readable.
    ///   - isLast: whether the input ends with them.
    @inline(__always)
    mutating func scan(_ text: UnsafeRawPointer, available: Int, isLast: Bool) -> Finding {
        // In locals because the writing of field ends would otherwise force all of them through memory in each block.
        var masks = masks
        var classifier = classifier
        var nextBlock = nextBlock
        var ends = ends
        defer { (self.masks, self.classifier, self.nextBlock, self.ends) = (masks, classifier, nextBlock, ends) }
        // A block that begins no later is whole, and within the limit.
        let lastWhole = min(available, window) &- 64
        while true {
            let events = masks.lineEnds | masks.violations
            let before = (events &- 1) & ~events
            ends.append(bits: masks.separators & before, origin: nextBlock &- 64)
            let quotedLineEnds = masks.quotedLineEnds & before
            if quotedLineEnds != 0 { self.quotedLineEnds &+= quotedLineEnds.nonzeroBitCount }
            if events != 0 { return take(events, of: &masks, block: nextBlock &- 64) }
            var valid: UInt64 = ~0
            if nextBlock > lastWhole {
                // The last block of the input may reach beyond its end.
                if nextBlock >= window && available >= window { return .tooLong }
                masks = BlockMasks()
                let count = available &- nextBlock
                guard count >= 64 || isLast else { return .needsInput }
                guard count > 0 else { return .unterminated }
                if count < 64 { valid = (1 &<< UInt64(truncatingIfNeeded: count)) &- 1 }
            }
            masks = classifier.classify(text + nextBlock, valid: valid)
            nextBlock &+= 64
        }
    }

    /// Hands out the first event of the block and forgets all up to it.
    @inline(__always)
    private func take(_ events: UInt64, of masks: inout BlockMasks, block: Int) -> Finding {
        let first = events & (0 &- events)
        let isViolation = masks.violations & first != 0
        masks.drop(through: first)
        let place = block &+ events.trailingZeroBitCount
        if place >= window { return .tooLong }
        return isViolation ? .violation(place) : .lineEnd(place)
    }
}
