import CSIMD

/// Finds the end of the next record and of its fields. It is shown the bytes from the record's start on, as many as there
/// are, and says what it found or that it needs more. The ends in many blocks are found at once and then handed out; their
/// places are counted from the record that was the next one at that time, so that the bytes may move.
struct RecordScanner {
    enum Finding {
        /// The record ends before the line end at this place, counted from its start.
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

    /// Blocks whose ends are found at once: their bytes stay in the nearest cache until the fields are read.
    private static let mostBlocks = 128

    /// Line ends inside quotes in the record found.
    private(set) var quotedLineEnds = 0

    /// Bytes in which a record within the limit has its end: room for a CRLF.
    private let window: Int
    private let instructions = csimd_best()
    private let bytes: [UInt8]
    private var classifier: BlockClassifier
    /// Quotes, separators and line ends of each block.
    private let masks = UnsafeMutablePointer<UInt64>.allocate(capacity: 3 * mostBlocks)
    /// Which blocks have line ends.
    private let lineBlocks = UnsafeMutablePointer<Int32>.allocate(capacity: mostBlocks)

    /// What the places are counted from.
    private var base = UnsafeRawPointer(bitPattern: 1)!
    /// Ends of fields, line ends among them.
    private var ends = FieldEnds()
    private var lineEnds = FieldEnds()
    private var allQuotedLineEnds = FieldEnds()
    /// Where the first violation is, if there is one; nothing is found behind it.
    private var violation: Int?
    /// Where the next block begins.
    private var nextBlock = 0
    /// How many blocks are scanned next: few at first, since what was found is lost with a malformed record.
    private var blocks = 1

    /// Where the next record begins.
    private var record = 0
    /// Which of the ends is that of its first field, and of its last one if it was found.
    private var first = 0, last = 0
    private var nextLineEnd = 0, nextQuotedLineEnd = 0

    init(format: CSVFormat) {
        window = format.maximumRecordBytes + 2
        bytes = [.quote, format.separator, format.lineEndByte]
        classifier = BlockClassifier(format: format)
    }

    func deallocate() {
        masks.deallocate()
        lineBlocks.deallocate()
        ends.deallocate()
        lineEnds.deallocate()
        allQuotedLineEnds.deallocate()
    }

    /// Moves on to the record behind the one that was found.
    @inline(__always)
    mutating func beginNextRecord() {
        record = Int(lineEnds.slots[nextLineEnd]) &+ 1
        nextLineEnd &+= 1
        // The next record has as many fields, nearly always.
        (first, last) = (last &+ 1, last &+ 1 &+ last &- first)
    }

    /// Begins a record without regard to what was scanned before.
    mutating func restart() {
        forget()
        (nextBlock, blocks, violation) = (0, 1, nil)
        (ends.count, lineEnds.count, allQuotedLineEnds.count) = (0, 0, 0)
        classifier.restart()
    }

    /// - Parameters:
    ///   - text: the record's first byte.
    ///   - available: the number of bytes there; 63 more must be readable.
    ///   - isLast: whether the input ends with them.
    @inline(__always)
    mutating func scan(_ text: UnsafeRawPointer, available: Int, isLast: Bool) -> Finding {
        while nextLineEnd == lineEnds.count {
            if let finding = scanBlocks(text, available: available, isLast: isLast) { return finding }
        }
        let end = lineEnds.slots[nextLineEnd]
        let place = Int(end) &- record
        if place >= window { return .tooLong }
        if last >= ends.count || ends.slots[last] != end { findLast(end) }
        quotedLineEnds = 0
        while nextQuotedLineEnd < allQuotedLineEnds.count, allQuotedLineEnds.slots[nextQuotedLineEnd] < end {
            quotedLineEnds &+= 1
            nextQuotedLineEnd &+= 1
        }
        return .lineEnd(place)
    }

    /// The ends of the fields of the record found, and what they are counted from.
    ///
    /// - Parameter length: bytes of the record without its line ending.
    @inline(__always)
    func fields(length: Int) -> (count: Int, base: UnsafeRawPointer, ends: UnsafePointer<UInt32>) {
        // The line end stands there, which a CR may precede. Likewise before the first field.
        ends.slots[first &- 1] = UInt32(truncatingIfNeeded: record &- 1)
        ends.slots[last] = UInt32(truncatingIfNeeded: record &+ length)
        return (last &- first &+ 1, base, UnsafePointer(ends.slots + first))
    }

    @inline(never)
    private mutating func findLast(_ end: UInt32) {
        last = first
        while ends.slots[last] != end { last &+= 1 }
    }

    /// Copies the ends of the fields of a record that has no end, counted from its start.
    func copyEnds(to fields: inout FieldEnds) {
        fields.count = 0
        for index in first..<ends.count { fields.append(Int(ends.slots[index]) - record) }
    }
}

// MARK: - Blocks
extension RecordScanner {
    /// Finds the ends in the next blocks; what it returns instead of more ends is the finding.
    @inline(never)
    private mutating func scanBlocks(_ text: UnsafeRawPointer, available: Int, isLast: Bool) -> Finding? {
        if let violation { return violation - record >= window ? .tooLong : .violation(violation - record) }
        countFromRecord(text)
        if nextBlock >= window { return .tooLong }
        let rest = available - nextBlock
        if rest < 64 {
            guard isLast else { return .needsInput }
            guard rest > 0 else { return .unterminated }
            scanBlocks(1, valid: (1 << UInt64(rest)) - 1)
            nextBlock = available
        } else {
            let count = min(rest / 64, blocks)
            scanBlocks(count, valid: ~0)
            nextBlock += 64 * count
            blocks = min(2 * blocks, Self.mostBlocks)
        }
        return nil
    }

    /// Counts all places from the next record on.
    private mutating func countFromRecord(_ text: UnsafeRawPointer) {
        base = text
        nextBlock -= record
        ends.drop(first, origin: record)
        allQuotedLineEnds.drop(nextQuotedLineEnd, origin: record)
        lineEnds.count = 0
        forget()
    }

    /// The next record is the first of those of which places are kept.
    private mutating func forget() {
        (record, last, first) = (0, last - first, 0)
        (nextLineEnd, nextQuotedLineEnd) = (0, 0)
    }

    private mutating func scanBlocks(_ count: Int, valid: UInt64) {
        csimd_match_three(instructions, base + nextBlock, count, bytes, masks, Self.mostBlocks)
        var done = 0
        var withLines = 0
        while done < count, violation == nil {
            if valid == ~0, classifier.isOutside { passPlainBlocks(&done, count, &withLines) }
            if done < count { scanBlock(&done, valid: valid, &withLines) }
        }
        ends.append(masks: masks + Self.mostBlocks, blocks: done, origin: nextBlock, instructions)
        let lines = masks + 2 * Self.mostBlocks
        for index in 0..<withLines {
            let block = Int(lineBlocks[index])
            lineEnds.append(bits: lines[block], origin: nextBlock &+ 64 &* block)
        }
    }

    /// Blocks up to the first one with a quote. The ends replace the separators among the masks.
    @inline(__always)
    private mutating func passPlainBlocks(_ done: inout Int, _ count: Int, _ withLines: inout Int) {
        // In locals, since the writing of masks would otherwise force them through memory in each block.
        let (quotes, separators, lines) = (masks, masks + Self.mostBlocks, masks + 2 * Self.mostBlocks)
        let lineBlocks = lineBlocks
        let start = done
        while done < count, quotes[done] == 0 {
            separators[done] |= lines[done]
            lineBlocks[withLines] = Int32(truncatingIfNeeded: done)
            withLines &+= lines[done] == 0 ? 0 : 1
            done &+= 1
        }
        if done > start { classifier.pass(ends: separators[done &- 1]) }
    }

    /// A block with quotes, or of the text within them, or the last one of the input. Keeps line ends inside quotes, and the
    /// first violation; drops what is behind that.
    private mutating func scanBlock(_ done: inout Int, valid: UInt64, _ withLines: inout Int) {
        let (separators, lines) = (masks + Self.mostBlocks + done, masks + 2 * Self.mostBlocks + done)
        let place = nextBlock &+ 64 &* done
        let found = classifier.classify(
            base + place, quotes: masks[done], separators: separators.pointee, lineEnds: lines.pointee, valid: valid)
        // All up to the first violation, or all.
        let before = (found.violations &- 1) & ~found.violations
        (separators.pointee, lines.pointee) = (found.ends & before, found.lineEnds & before)
        lineBlocks[withLines] = Int32(truncatingIfNeeded: done)
        withLines &+= 1
        done &+= 1
        allQuotedLineEnds.append(bits: found.quotedLineEnds & before, origin: place)
        if found.violations != 0 { violation = place &+ found.violations.trailingZeroBitCount }
    }
}
