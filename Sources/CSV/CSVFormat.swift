/// How a CSV text is written: RFC 4180, with another separator or line ending where the writer preferred one.
public struct CSVFormat: Sendable, Equatable {
    /// What ends a line outside quotes.
    public enum LineEnding: Sendable {
        /// LF or CRLF; a CR elsewhere is data.
        case lf
        /// CR alone (classic Mac); an LF is data.
        case cr
    }

    /// The byte between two fields; neither a quote, a CR nor an LF.
    public var separator: UInt8
    /// What ends a line.
    public var lineEnding: LineEnding
    /// The longest record accepted, in bytes without its line ending; bounds the reader's memory.
    public var maximumRecordBytes: Int
    /// Whether lines of zero bytes are passed over; otherwise each is a record of one empty field.
    public var skipsBlankLines: Bool
    /// Physical lines before the first record that are passed over unread, such as a title above the header.
    public var skippedLines = 0
    /// Whether line breaks within quotes count in `CSVRecord.line`; otherwise each record is one line.
    public var countsQuotedLineEnds = true

    /// A format; the default is RFC 4180 with records of up to 1 MiB.
    public init(
        separator: UInt8 = UInt8(ascii: ","), lineEnding: LineEnding = .lf, maximumRecordBytes: Int = 1 << 20,
        skipsBlankLines: Bool = true
    ) {
        self.separator = separator
        self.lineEnding = lineEnding
        self.maximumRecordBytes = maximumRecordBytes
        self.skipsBlankLines = skipsBlankLines
    }

    /// The byte that ends a line; a CR before an LF is cut off separately.
    var lineEndByte: UInt8 { lineEnding == .lf ? .lineFeed : .carriageReturn }
}
