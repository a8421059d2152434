/// Splits a text of any size into records, in memory that one longest record and one buffer need.
///
/// Strict RFC 4180. A malformed record is its first physical line, whatever quotes it opened; reading goes on with the
/// next line, so that one mistake costs one row. A UTF-8 byte order mark at the start is skipped.
public final class CSVReader {
    private var scanner: RecordScanner

    /// - Parameters:
    ///   - bufferSize: bytes asked of the source at once.
    ///   - read: fills the start of a buffer with the next bytes of the text and returns how many; 0 at the end.
    public init(
        format: CSVFormat = CSVFormat(), bufferSize: Int = 1 << 17,
        read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int
    ) {
        scanner = RecordScanner(format: format, bufferSize: bufferSize, read: read)
    }

    deinit { scanner.deallocate() }

    /// Bytes of the text that lie before the next record.
    public var bytesConsumed: Int { scanner.bytesConsumed }

    /// The next record, or nil at the end of the text.
    /// - Throws: only what the source throws.
    public func next() throws -> CSVRecord? { try scanner.next() }
}
