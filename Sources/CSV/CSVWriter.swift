/// Writes RFC 4180 into a byte buffer, which its user drains.
public struct CSVWriter {
    /// What was written since it was last emptied.
    public var bytes: [UInt8] = []
    private let separator: UInt8
    private let lineEnding: [UInt8]
    private var fieldCount = 0
    private var lastIsEmpty = false

    /// - Parameter lineEnding: RFC 4180 wants CR LF.
    public init(separator: UInt8 = UInt8(ascii: ","), lineEnding: String = "\r\n") {
        self.separator = separator
        self.lineEnding = Array(lineEnding.utf8)
    }

    /// Writes a field, between quotes where it must be: separators, quotes, line breaks, blanks at an end.
    public mutating func field(_ value: UnsafeRawBufferPointer) {
        if fieldCount > 0 { bytes.append(separator) }
        fieldCount += 1
        lastIsEmpty = value.isEmpty
        guard needsQuotes(value) else { return bytes.append(contentsOf: value) }
        bytes.append(quote)
        for byte in value {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        bytes.append(quote)
    }

    /// Writes a text as a field.
    public mutating func field(_ value: String) {
        var value = value
        value.withUTF8 { field(UnsafeRawBufferPointer($0)) }
    }

    /// Ends the record. One of a single empty field is written as `""`, because a blank line is no record.
    public mutating func endRecord() {
        if fieldCount == 1, lastIsEmpty { bytes.append(contentsOf: [quote, quote]) }
        bytes.append(contentsOf: lineEnding)
        fieldCount = 0
    }

    private func needsQuotes(_ value: UnsafeRawBufferPointer) -> Bool {
        guard let first = value.first, let last = value.last else { return false }
        return first == UInt8(ascii: " ") || last == UInt8(ascii: " ") || first == UInt8(ascii: "\t")
            || last == UInt8(ascii: "\t")
            || value.contains { $0 == separator || $0 == quote || $0 == cr || $0 == lf }
    }
}
