import CSIMD

/// What 64 bytes mean, one bit a byte.
struct BlockMasks {
    /// Separators and line ends outside quotes.
    var ends: UInt64 = 0
    /// Line ends outside quotes.
    var lineEnds: UInt64 = 0
    /// Line ends inside quotes.
    var quotedLineEnds: UInt64 = 0
    /// Places where the quotes are not those of RFC 4180. What follows the first one in its record means nothing.
    var violations: UInt64 = 0
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

    /// Whether the previous block left nothing open, so that in blocks without quotes every separator and line end is one.
    @inline(__always)
    var isOutside: Bool { inside | closed | closedThenCR == 0 }

    /// Passes over blocks without quotes, of which the last one has these separators and line ends.
    mutating func pass(ends: UInt64) { fieldStart = ends &>> 63 }

    /// Classifies those of 64 readable bytes that are valid.
    ///
    /// - Parameters:
    ///   - quotes: where the byte is a quote, inside quotes or outside, like the next two.
    ///   - separators: where it is a separator.
    ///   - lineEnds: where it is a line end.
    @inline(never)
    mutating func classify(
        _ block: UnsafeRawPointer, quotes: UInt64, separators: UInt64, lineEnds: UInt64, valid: UInt64
    ) -> BlockMasks {
        let quotes = quotes & valid
        let lineEnds = lineEnds & valid
        let ends = separators & valid | lineEnds
        let returns = allowsCarriageReturn ? csimd_match64(block, .carriageReturn) : 0
        // Set from an opening quote up to the byte before the closing one.
        let quoted = Self.parity(quotes) ^ inside
        let closing = quotes & ~quoted
        var masks = BlockMasks(ends: ends & ~quoted, lineEnds: lineEnds & ~quoted)
        let starts = masks.ends &<< 1 | fieldStart
        let afterClosing = closing &<< 1 | closed
        let afterCR = (afterClosing & returns) &<< 1 | closedThenCR

        masks.quotedLineEnds = lineEnds & quoted
        masks.violations =
            quotes & quoted & ~(starts | afterClosing)
            | afterClosing & ~(ends | quotes | returns)
            | afterCR & ~lineEnds
        masks.violations &= valid

        inside = UInt64(bitPattern: Int64(bitPattern: quoted) &>> 63)
        fieldStart = masks.ends &>> 63
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
