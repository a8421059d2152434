import Ingest
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
        for (index, member) in shape.members.enumerated() {
            let key = member.key.dropFirst(needsComma ? 0 : 1)
            _ = row.withBytes(at: index) { bytes in
                // One visit to the buffer for each member: a page has hundreds of them.
                buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: key.count + JSONBytes.most(bytes)) { target in
                    var json = JSONBytes(target: target)
                    key.withUnsafeBytes { json.copy($0) }
                    json.write(bytes, member.form)
                    return json.count
                }
            }
            needsComma = true
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

    private mutating func quote(_ bytes: UnsafeRawBufferPointer) {
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: JSONBytes.most(bytes)) { target in
            var json = JSONBytes(target: target)
            json.quote(bytes)
            return json.count
        }
        needsComma = true
    }
}

/// Writes values of JSON into memory that has room for them.
private struct JSONBytes {
    let target: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(target: UnsafeMutableRawBufferPointer) {
        self.target = target
    }

    /// As many bytes as a value can have: each of its own as `\u0000`, in quotation marks; or a word.
    static func most(_ bytes: UnsafeRawBufferPointer?) -> Int { 6 * (bytes?.count ?? 0) + 5 }

    /// A column's text as PostgreSQL gives it; nil for NULL.
    mutating func write(_ bytes: UnsafeRawBufferPointer?, _ form: Shape.Member.Form) {
        guard let bytes else { return word("null") }
        switch form {
        case .quoted: quote(bytes)
        case .bare: copy(bytes)
        case .boolean: word(bytes.first == UInt8(ascii: "t") ? "true" : "false")
        }
    }

    /// Section 7: quotation mark, backslash and control characters must be escaped, nothing else.
    mutating func quote(_ bytes: UnsafeRawBufferPointer) {
        put(UInt8(ascii: "\""))
        for byte in bytes {
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                escape(byte)
            } else {
                put(byte)
            }
        }
        put(UInt8(ascii: "\""))
    }

    mutating func copy(_ bytes: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: target[count...]).copyMemory(from: bytes)
        count += bytes.count
    }

    private mutating func put(_ byte: UInt8) {
        target[count] = byte
        count += 1
    }

    private mutating func word(_ text: StaticString) {
        copy(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): word("\\\"")
        case UInt8(ascii: "\\"): word("\\\\")
        case UInt8(ascii: "\n"): word("\\n")
        case UInt8(ascii: "\r"): word("\\r")
        case UInt8(ascii: "\t"): word("\\t")
        default:
            word(byte < 0x10 ? "\\u000" : "\\u001")
            let digit = byte & 15
            put(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
