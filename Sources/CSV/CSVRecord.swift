/// Why a record is malformed. Fields are counted from 0.
public enum CSVProblem: Equatable, Sendable {
    /// A quote inside an unquoted field.
    case strayQuote(field: Int)
    /// A closing quote is not followed by a separator or the end of the record.
    case textAfterQuote(field: Int)
    /// An opened quote does not close before the end of the text, or not within the longest record.
    case unterminatedQuote(field: Int)
    /// A line, or a record of several lines, is longer than the longest record.
    case recordTooLong(limit: Int)
}

/// One record: a view into the reader's buffer, valid until the reader moves on.
@frozen
public struct CSVRecord {
    @usableFromInline let base: UnsafePointer<UInt8>
    @usableFromInline let ends: UnsafePointer<UInt32>
    @usableFromInline let length: Int

    /// Number of fields; 0 for a malformed record.
    public let count: Int
    /// 0 for the first record of the text; skipped blank lines are not counted.
    public let number: Int
    /// Physical line of the first byte, from 1; line breaks inside quotes count.
    public let line: Int
    /// Byte offset of the first byte in the text.
    public let offset: Int
    /// Nil for a well-formed record.
    public let problem: CSVProblem?

    /// The bytes without the line ending; of a line that is too long, as many as a record may have.
    public var raw: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: length) }

    /// A field by position.
    @inlinable
    public subscript(index: Int) -> CSVField {
        precondition(index >= 0 && index < count)
        let start = index == 0 ? 0 : Int(ends[index - 1] & 0x7FFF_FFFF) + 1
        let end = Int(ends[index] & 0x7FFF_FFFF)
        let isQuoted = start < end && base[start] == UInt8(ascii: "\"")
        let bytes = UnsafeRawBufferPointer(
            start: base + start + (isQuoted ? 1 : 0), count: end - start - (isQuoted ? 2 : 0))
        return CSVField(bytes: bytes, isQuoted: isQuoted, hasEscapes: ends[index] >> 31 != 0)
    }
}

/// One field of a record.
@frozen
public struct CSVField {
    /// Without the surrounding quotes; doubled quotes are still doubled.
    public let bytes: UnsafeRawBufferPointer
    /// Whether it stood between quotes.
    public let isQuoted: Bool
    /// Whether it holds doubled quotes, which stand for one each.
    public let hasEscapes: Bool

    @inlinable
    init(bytes: UnsafeRawBufferPointer, isQuoted: Bool, hasEscapes: Bool) {
        self.bytes = bytes
        self.isQuoted = isQuoted
        self.hasEscapes = hasEscapes
    }

    /// Writes the value.
    /// - Parameter buffer: at least as long as `bytes`.
    /// - Returns: the length of the value.
    public func unescape(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        var length = 0
        var index = 0
        while index < bytes.count {
            buffer[length] = bytes[index]
            length += 1
            index += hasEscapes && bytes[index] == quote ? 2 : 1
        }
        return length
    }

    /// Appends the value.
    public func unescape(into buffer: inout [UInt8]) {
        guard hasEscapes else { return buffer.append(contentsOf: bytes) }
        var index = 0
        while index < bytes.count {
            buffer.append(bytes[index])
            index += bytes[index] == quote ? 2 : 1
        }
    }

    /// The value; bytes that are no UTF-8 become U+FFFD.
    public var string: String {
        guard hasEscapes else { return String(decoding: bytes, as: UTF8.self) }
        var value: [UInt8] = []
        unescape(into: &value)
        return String(decoding: value, as: UTF8.self)
    }
}

/// Marks the end of a field that holds doubled quotes.
let escapeFlag: UInt32 = 1 << 31
