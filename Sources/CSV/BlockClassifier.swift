import CSIMD

/// What 64 bytes mean, one bit a byte.
struct BlockMasks {
    /// Separators outside quotes.
    var separators: UInt64 = 0
    /// Line ends outside quotes.
    var lineEnds: UInt64 = 0
    /// Line ends inside quotes.
    var quotedLineEnds: UInt64 = 0
    /// Places where the quotes are not those of RFC 4180. What follows the first one in its record means nothing.
    var violations: UInt64 = 0

    /// Clears a bit, given alone, and all lower ones.
    @inline(__always)
    mutating func drop(through bit: UInt64) {
        let rest = ~(bit | (bit &- 1))
        separators &= rest
        lineEnds &= rest
        quotedLineEnds &= rest
        violations &= rest
    }
}

/// Classifies a text 64 bytes at a time; remembers at the seam what the next block depends on.
///
/// Whether a byte is inside quotes is the parity of the quotes before it: a doubled quote closes and opens again, which
/// comes to the same. That is right until the first violation, whose record the reader reads again byte by byte.
struct BlockClassifier {
    let separator: UInt8
    let lineEnd: UInt8
    /// Whether a CR may stand between a closing quote and the line end.
    let allowsCarriageReturn: Bool

    /// All ones when the previous block ended inside quotes.
    private var inside: UInt64 = 0
    /// Bit 0, like the next two: the previous byte ended a field, so a quote may open here.
    private var fieldStart: UInt64 = 1
    /// The previous byte closed a quote.
    private var closed: UInt64 = 0
    /// The previous byte was a CR after a closing quote.
    private var closedThenCR: UInt64 = 0

    init(format: CSVFormat) {
        separator = format.separator
        lineEnd = format.lineEndByte
        allowsCarriageReturn = format.lineEnding == .lf
    }

    /// Forgets the previous block; the next one begins a record.
    mutating func restart() {
        (inside, fieldStart, closed, closedThenCR) = (0, 1, 0, 0)
    }

    /// Classifies those of 64 readable bytes that are valid.
    @inline(__always)
    mutating func classify(_ block: UnsafeRawPointer, valid: UInt64) -> BlockMasks {
        let quotes = csimd_match64(block, .quote) & valid
        let separators = csimd_match64(block, separator) & valid
        let lineEnds = csimd_match64(block, lineEnd) & valid
        if quotes | inside | closed | closedThenCR == 0 {
            fieldStart = (separators | lineEnds) &>> 63
            return BlockMasks(separators: separators, lineEnds: lineEnds)
        }
        let returns = allowsCarriageReturn ? csimd_match64(block, .carriageReturn) : 0
        return classify(quotes: quotes, separators: separators, lineEnds: lineEnds, returns: returns, valid: valid)
    }

    @inline(__always)
    private mutating func classify(
        quotes: UInt64, separators: UInt64, lineEnds: UInt64, returns: UInt64, valid: UInt64
    ) -> BlockMasks {
        // Set from an opening quote up to the byte before the closing one.
        let quoted = Self.parity(quotes) ^ inside
        let closing = quotes & ~quoted
        let ends = (separators | lineEnds) & ~quoted
        let starts = ends &<< 1 | fieldStart
        let afterClosing = closing &<< 1 | closed
        let afterCR = (afterClosing & returns) &<< 1 | closedThenCR

        var masks = BlockMasks(separators: separators & ~quoted, lineEnds: lineEnds & ~quoted)
        masks.quotedLineEnds = lineEnds & quoted
        masks.violations =
            quotes & quoted & ~(starts | afterClosing)
            | afterClosing & ~(separators | lineEnds | quotes | returns)
            | afterCR & ~lineEnds
        masks.violations &= valid

        inside = UInt64(bitPattern: Int64(bitPattern: quoted) &>> 63)
        fieldStart = ends &>> 63
        closed = closing &>> 63
        closedThenCR = (afterClosing & returns) &>> 63
        return masks
    }

    /// Each bit becomes the exclusive or of itself and all lower ones.
    @inline(__always)
    private static func parity(_ bits: UInt64) -> UInt64 {
        var x = bits
        x ^= x &<< 1
        x ^= x &<< 2
        x ^= x &<< 4
        x ^= x &<< 8
        x ^= x &<< 16
        x ^= x &<< 32
        return x
    }
}
