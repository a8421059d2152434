import NIOCore
import Postgres

/// Writes JSON (RFC 8259) straight into a buffer: answers are mostly rows, whose text needs no second form in memory.
struct JSONText {
    private(set) var buffer = ByteBuffer()
    private var needsComma = false

    /// An object as the next value.
    mutating func object(_ members: (inout JSONText) throws -> Void) rethrows {
        open("{")
        try members(&self)
        close("}")
    }

    /// An array as the next value.
    mutating func array(_ elements: (inout JSONText) throws -> Void) rethrows {
        open("[")
        try elements(&self)
        close("]")
    }

    /// A member whose value is an array.
    mutating func array(_ name: String, _ elements: (inout JSONText) throws -> Void) rethrows {
        key(name)
        try array(elements)
    }

    /// A member whose value is an object.
    mutating func object(_ name: String, _ members: (inout JSONText) throws -> Void) rethrows {
        key(name)
        try object(members)
    }

    mutating func string(_ name: String, _ value: String?) {
        key(name)
        guard var value else { return raw("null") }
        value.withUTF8 { quote(UnsafeRawBufferPointer($0)) }
    }

    mutating func number(_ name: String, _ value: Int?) {
        key(name)
        raw(value.map(String.init) ?? "null")
    }

    mutating func boolean(_ name: String, _ value: Bool) {
        key(name)
        raw(value ? "true" : "false")
    }

    /// A string element of an array.
    mutating func string(_ value: String) {
        var value = value
        separate()
        value.withUTF8 { quote(UnsafeRawBufferPointer($0)) }
        needsComma = true
    }

    /// A row as an object, its columns in the order of the shape.
    mutating func row(_ row: Row, _ shape: Shape) {
        object { $0.members(of: row, shape) }
    }

    mutating func members(of row: Row, _ shape: Shape) {
        for (index, field) in shape.fields.enumerated() {
            key(field.name)
            row.withBytes(at: index) { bytes in
                guard let bytes else { return raw("null") }
                switch field.kind {
                case .text, .timestamp, .choice: quote(bytes)
                case .integer, .decimal, .json:
                    buffer.writeBytes(bytes)
                    needsComma = true
                case .boolean: raw(bytes.first == UInt8(ascii: "t") ? "true" : "false")
                }
            }
        }
    }

    // MARK: Punctuation

    private mutating func open(_ bracket: StaticString) {
        separate()
        buffer.writeStaticString(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: StaticString) {
        buffer.writeStaticString(bracket)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { buffer.writeStaticString(",") }
    }

    private mutating func key(_ name: String) {
        separate()
        buffer.writeStaticString("\"")
        buffer.writeString(name)
        buffer.writeStaticString("\":")
        needsComma = false
    }

    private mutating func raw(_ text: String) {
        buffer.writeString(text)
        needsComma = true
    }

    /// Section 7: quotation mark, backslash and control characters must be escaped, nothing else.
    private mutating func quote(_ bytes: UnsafeRawBufferPointer) {
        buffer.writeStaticString("\"")
        var start = 0
        for (index, byte) in bytes.enumerated()
        where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
            buffer.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[start..<index]))
            escape(byte)
            start = index + 1
        }
        buffer.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[start...]))
        buffer.writeStaticString("\"")
        needsComma = true
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): buffer.writeStaticString("\\\"")
        case UInt8(ascii: "\\"): buffer.writeStaticString("\\\\")
        case UInt8(ascii: "\n"): buffer.writeStaticString("\\n")
        case UInt8(ascii: "\r"): buffer.writeStaticString("\\r")
        case UInt8(ascii: "\t"): buffer.writeStaticString("\\t")
        default:
            let digits = String(byte, radix: 16)
            buffer.writeString("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
        }
    }
}
