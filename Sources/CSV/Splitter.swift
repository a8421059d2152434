import CSIMD

/// Finds the end of one record after the other, and the ends of its fields: decides, and leaves the reading to others.
///
/// Only quotes, separators and line ends are looked at; a mask of 64 bits tells where they stand in 64 bytes. The mask
/// outlives a record, so that no byte is compared twice.
struct Splitter {
    enum Outcome {
        /// The record ends: its length without line ending, the bytes to go on after, the line breaks in them.
        case record(length: Int, consumed: Int, lines: Int)
        /// The end is not in the window yet.
        case needsMore
        case malformed(CSVProblem)
    }

    private enum State { case unquoted, quoted, closed }

    private let separator: UInt8
    private let terminator: UInt8
    private let limit: Int

    /// Places in the current block of 64 that were not looked at yet; positions count from the start of the record.
    private var mask: UInt64 = 0
    private var block = 0
    private var blockEnd = 0

    private var state = State.unquoted
    private var fieldStart = 0
    /// The place behind the quote that closes the field, unless another quote follows.
    private var closed = 0
    private var lines = 0
    private var escape: UInt32 = 0
    private var capacity = 64
    private(set) var ends: UnsafeMutablePointer<UInt32>
    private(set) var fieldCount = 0

    init(_ format: CSVFormat) {
        separator = format.separator
        terminator = format.terminator
        limit = format.maximumRecordBytes
        ends = .allocate(capacity: capacity)
    }

    func deallocate() { ends.deallocate() }

    /// Goes on to the next record, which starts that many bytes further.
    mutating func begin(after consumed: Int) {
        block -= consumed
        blockEnd -= consumed
        (state, fieldStart, lines, escape, fieldCount) = (.unquoted, 0, 0, 0, 0)
    }

    /// The same after a malformed record: what lies ahead was looked at with quotes that did not count.
    mutating func restart() {
        begin(after: 0)
        (mask, block, blockEnd) = (0, 0, 0)
    }

    /// Looks for the end of the record in the window, from where the last call stopped.
    mutating func split(_ base: UnsafePointer<UInt8>, count: Int) -> Outcome {
        // A local copy lives in registers.
        var work = self
        defer { self = work }
        return work.run(base, count)
    }

    @inline(__always)
    private mutating func run(_ base: UnsafePointer<UInt8>, _ count: Int) -> Outcome {
        while true {
            while mask == 0 {
                guard blockEnd < count else { return exhausted(count) }
                load(base, count)
            }
            let position = block + mask.trailingZeroBitCount
            mask &= mask &- 1
            let byte = base[position]
            switch state {
            case .unquoted:
                if byte == separator {
                    endField(at: position)
                } else if byte == terminator {
                    return end(base, at: position, consumed: position + 1)
                } else if position >= limit {
                    return .malformed(.recordTooLong(limit: limit))
                } else if position == fieldStart {
                    state = .quoted
                } else {
                    return .malformed(.strayQuote(field: fieldCount))
                }
            case .quoted:
                if byte == quote {
                    if position >= limit { return .malformed(.unterminatedQuote(field: fieldCount)) }
                    state = .closed
                    closed = position + 1
                } else if byte == terminator {
                    lines += 1
                }
            case .closed:
                if byte == quote, position == closed {
                    escape = escapeFlag
                    state = .quoted
                } else if byte == separator, position == closed {
                    endField(at: position)
                } else if byte == terminator, isCleanEnd(base, at: position) {
                    return end(base, at: position, consumed: position + 1)
                } else {
                    return .malformed(.textAfterQuote(field: fieldCount))
                }
            }
        }
    }

    /// The text ends with the window.
    mutating func endOfText(_ base: UnsafePointer<UInt8>, count: Int) -> Outcome {
        switch state {
        case .quoted: .malformed(.unterminatedQuote(field: fieldCount))
        case .closed where !isCleanEnd(base, at: count): .malformed(.textAfterQuote(field: fieldCount))
        case .unquoted, .closed: end(base, at: count, consumed: count)
        }
    }

    @inline(__always)
    private mutating func load(_ base: UnsafePointer<UInt8>, _ count: Int) {
        block = blockEnd
        mask = csimd_equal(base + block, quote, separator, terminator)
        blockEnd = block + 64
        if blockEnd > count {
            mask &= (1 &<< UInt64(count - block)) &- 1
            blockEnd = count
        }
    }

    /// The verdict must not depend on how much of the text happens to be in the window: quotes count within the longest
    /// record only, and of what follows it no more is needed than a CR LF.
    private func exhausted(_ count: Int) -> Outcome {
        guard count > limit + 1 else { return .needsMore }
        switch state {
        case .unquoted: return .malformed(.recordTooLong(limit: limit))
        case .quoted: return .malformed(.unterminatedQuote(field: fieldCount))
        case .closed: return .malformed(.textAfterQuote(field: fieldCount))
        }
    }

    private func isCleanEnd(_ base: UnsafePointer<UInt8>, at position: Int) -> Bool {
        position == closed || (terminator == lf && position == closed + 1 && base[closed] == cr)
    }

    @inline(__always)
    private mutating func endField(at position: Int) {
        if fieldCount == capacity { grow() }
        ends[fieldCount] = UInt32(truncatingIfNeeded: position) | escape
        fieldCount &+= 1
        fieldStart = position &+ 1
        escape = 0
        state = .unquoted
    }

    @inline(__always)
    private mutating func end(_ base: UnsafePointer<UInt8>, at position: Int, consumed: Int) -> Outcome {
        let hasCR = terminator == lf && position > fieldStart && base[position - 1] == cr
        let length = hasCR ? position - 1 : position
        let lines = lines + 1
        endField(at: length)
        return .record(length: length, consumed: consumed, lines: lines)
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity * 2)
        larger.update(from: ends, count: capacity)
        ends.deallocate()
        ends = larger
        capacity *= 2
    }
}
