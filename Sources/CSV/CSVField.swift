import CSIMD

/// One field of a record; a view into the reader's buffer, valid as long as the record.
@frozen
public struct CSVField {
    /// The value without the quotes around it; in a quoted field each quote is still doubled.
    public let bytes: UnsafeRawBufferPointer
    /// Whether the field is written in quotes.
    public let isQuoted: Bool
    /// Whether doubled quotes are left in `bytes`. Searches the bytes of a quoted field at each call.
    @inlinable
    public var hasEscapes: Bool { isQuoted && firstQuote(from: 0) != nil }

    /// - Parameter text: the field as it stands in the record.
    @inlinable
    init(text: UnsafeRawBufferPointer) {
        // A quoted field begins with its quote or with a space before that; nearly every other one with a greater byte.
        guard text.count >= 2, text[0] <= .quote else {
            (bytes, isQuoted) = (text, false)
            return
        }
        if text[0] == .quote && text[text.count - 1] == .quote {
            (bytes, isQuoted) = (UnsafeRawBufferPointer(rebasing: text[1..<(text.count - 1)]), true)
            return
        }
        let quoted = Self.quoted(text)
        (bytes, isQuoted) = (quoted ?? text, quoted != nil)
    }

    /// What is between the quotes; nil where there are none around the field, whatever whitespace stands outside them.
    @usableFromInline
    static func quoted(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        var start = 0
        var end = text.count
        while start < end, isWhitespace(text[start]) { start += 1 }
        while end > start, isWhitespace(text[end - 1]) { end -= 1 }
        // In a well-formed record an opening quote implies the closing one; a malformed record is cut without regard to
        // quotes, so both ends are looked at.
        guard end - start >= 2, text[start] == .quote, text[end - 1] == .quote else { return nil }
        return UnsafeRawBufferPointer(rebasing: text[(start + 1)..<(end - 1)])
    }

    private static func isWhitespace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    /// The value as text; invalid UTF-8 is replaced by U+FFFD.
    public var string: String {
        guard hasEscapes else { return String(decoding: bytes, as: UTF8.self) }
        var value: [UInt8] = []
        unescape(into: &value)
        return String(decoding: value, as: UTF8.self)
    }

    /// Appends the value, doubled quotes made single.
    public func unescape(into buffer: inout [UInt8]) {
        forEachPart { buffer.append(contentsOf: $0) }
    }

    /// Writes the value, doubled quotes made single, and returns its length in bytes.
    ///
    /// The buffer must be at least as long as `bytes`.
    public func unescape(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        precondition(buffer.count >= bytes.count, "the buffer is shorter than the field")
        var length = 0
        forEachPart { part in
            UnsafeMutableRawBufferPointer(rebasing: buffer[length...]).copyMemory(from: part)
            length += part.count
        }
        return length
    }

    /// Visits the value in pieces, each but the last up to and with the first quote of a pair.
    private func forEachPart(_ body: (UnsafeRawBufferPointer) -> Void) {
        var start = 0
        while isQuoted, let quote = firstQuote(from: start) {
            body(UnsafeRawBufferPointer(rebasing: bytes[start...quote]))
            // In a malformed record the quote may stand alone: then what follows it must not be lost.
            let isPair = quote + 1 < bytes.count && bytes[quote + 1] == .quote
            start = quote + (isPair ? 2 : 1)
        }
        body(UnsafeRawBufferPointer(rebasing: bytes[start...]))
    }

    @usableFromInline
    func firstQuote(from start: Int) -> Int? {
        guard start < bytes.count, let address = bytes.baseAddress else { return nil }
        let found = csimd_find(address + start, bytes.count - start, .quote)
        return found < 0 ? nil : start + found
    }
}
