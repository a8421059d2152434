/// Writes CSV (RFC 4180) into a byte buffer.
///
/// Fields are quoted when they must be to be read back equal: those that hold the separator, a quote, CR or LF, or that
/// begin or end with a space. A record of one empty field is written as `""`, since a blank line is not a record; a record
/// without fields is a blank line. Take `bytes` at any time and empty it to write a stream.
public struct CSVWriter {
    /// What ends each record.
    public enum LineEnding: Sendable {
        /// CR LF, as RFC 4180 asks.
        case crlf
        /// LF alone.
        case lf
    }

    /// What was written since this was last emptied.
    public var bytes: [UInt8] = []

    private let separator: UInt8
    private let lineEnding: LineEnding
    private var fieldCount = 0
    private var isFirstFieldEmpty = false

    /// A writer with an empty buffer.
    public init(separator: UInt8 = UInt8(ascii: ","), lineEnding: LineEnding = .crlf) {
        self.separator = separator
        self.lineEnding = lineEnding
    }

    /// Appends a field to the current record.
    public mutating func field(_ value: String) {
        var value = value
        value.withUTF8 { field(UnsafeRawBufferPointer($0)) }
    }

    /// Appends a field to the current record.
    public mutating func field(_ value: UnsafeRawBufferPointer) {
        if fieldCount > 0 { bytes.append(separator) } else { isFirstFieldEmpty = value.isEmpty }
        fieldCount += 1
        if needsQuotes(value) { appendQuoted(value) } else { bytes.append(contentsOf: value) }
    }

    /// Ends the current record.
    public mutating func endRecord() {
        if fieldCount == 1 && isFirstFieldEmpty { bytes += [.quote, .quote] }
        if lineEnding == .crlf { bytes.append(.carriageReturn) }
        bytes.append(.lineFeed)
        fieldCount = 0
    }

    private func needsQuotes(_ value: UnsafeRawBufferPointer) -> Bool {
        guard let first = value.first, let last = value.last else { return false }
        // The first field of a file may begin with what a reader takes for a byte order mark.
        if first == byteOrderMark[0] || Self.isBlank(first) || Self.isBlank(last) { return true }
        return value.contains { $0 == separator || $0 == .quote || $0 == .carriageReturn || $0 == .lineFeed }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    private mutating func appendQuoted(_ value: UnsafeRawBufferPointer) {
        bytes.append(.quote)
        for byte in value {
            if byte == .quote { bytes.append(.quote) }
            bytes.append(byte)
        }
        bytes.append(.quote)
    }
}
