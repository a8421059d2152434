/// Reads CSV (RFC 4180) record by record, in constant memory: about the format's `maximumRecordBytes`.
///
/// A byte order mark at the start is passed over; a last line without a line end is a record. Beyond RFC 4180 it takes a
/// quote within a value that did not begin with one, and whitespace before an opening quote and after a closing one. A record
/// whose quotes are wrong all the same costs one physical line: that line is returned with its `problem`, and reading goes
/// on at the next line. The same holds for an opening quote that is not closed before the end of the input or within the
/// limit. Lines that may be part of the value which that quote opened are returned with a problem, too, until the reading
/// is certain again (`DoubtfulLines`). A line longer than the limit is returned cut, and the rest of it is passed over
/// unread.
///
/// The records depend only on the bytes, never on how the source cuts them. Not safe to share between threads; the source
/// must not use the reader it feeds.
public final class CSVReader {
    /// The format given at creation.
    public let format: CSVFormat

    // In memory of its own because a stored property is checked for exclusive access several times a record, which costs
    // a sixth of the speed.
    private let state: UnsafeMutablePointer<RecordReader>

    /// - Parameters:
    ///   - bufferSize: the most bytes to ask the source for at once.
    ///   - read: fills the start of a buffer and returns the number of bytes, 0 at the end of the input.
    public convenience init(
        format: CSVFormat = CSVFormat(), bufferSize: Int = 1 << 17,
        read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int
    ) {
        self.init(format: format, readSize: bufferSize, source: .stream(read))
    }

    /// Reads what is in memory already, such as a mapped file, where it is.
    /// - Parameters:
    ///   - windowSize: bytes to ask for at once, more if a record may be longer; windows end at multiples of it.
    ///   - window: the bytes of the input from an offset, so many, fewer only where the input ends; valid until the next call.
    public convenience init(
        format: CSVFormat = CSVFormat(), windowSize: Int = 1 << 21,
        window: @escaping (_ offset: Int, _ count: Int) throws -> UnsafeRawBufferPointer
    ) {
        self.init(format: format, readSize: windowSize, source: .windows(window))
    }

    private init(format: CSVFormat, readSize: Int, source: InputSource) {
        self.format = format
        state = .allocate(capacity: 1)
        state.initialize(to: RecordReader(format: format, readSize: readSize, source: source))
    }

    deinit {
        state.pointee.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    /// Bytes of the input up to the end of the last record returned, its line ending included.
    public var bytesConsumed: Int { state.pointee.bytesConsumed }

    /// The next record, or nil at the end of the input. Ends the validity of the previous one.
    ///
    /// Throws only what the source throws; the reader is of no use after that.
    public func next() throws -> CSVRecord? {
        try state.pointee.next()
    }
}
