/// Writes JSON (RFC 8259) with one text for one meaning: members in the order they come, no whitespace, only the escapes that
/// must be. With sorted keys it is the canonical form of RFC 8785, section 3.2, except for numbers, which are written as given.
///
/// NUL becomes U+FFFD, because neither `text` nor `jsonb` of PostgreSQL can hold it.
package struct JSONWriter: Sendable {
    package private(set) var bytes: [UInt8] = []
    private var needsComma = false

    package init() {}

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Begins anew, in the memory it has.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    // MARK: Values, and elements of an array

    /// An object as the next value.
    package mutating func object(_ members: (inout JSONWriter) throws -> Void) rethrows {
        open("{")
        try members(&self)
        close("}")
    }

    /// An array as the next value.
    package mutating func array(_ elements: (inout JSONWriter) throws -> Void) rethrows {
        open("[")
        try elements(&self)
        close("]")
    }

    package mutating func string(_ value: String) {
        var value = value
        value.withUTF8 { string(UnsafeRawBufferPointer($0)) }
    }

    /// A text as its bytes, which must be UTF-8.
    package mutating func string(_ utf8: UnsafeRawBufferPointer) {
        separate()
        quote(utf8)
        needsComma = true
    }

    /// A value that is JSON already.
    package mutating func raw(_ json: String) {
        separate()
        bytes.append(contentsOf: json.utf8)
        needsComma = true
    }

    /// A value that is JSON already, as its bytes.
    package mutating func raw(_ json: UnsafeRawBufferPointer) {
        separate()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    // MARK: Members of an object

    /// The name of a member, whose value comes next.
    package mutating func key(_ name: String) {
        string(name)
        colon()
    }

    /// A name as JSON has it, in quotation marks, for members that are written often.
    package mutating func key(quoted name: UnsafeRawBufferPointer) {
        separate()
        bytes.append(contentsOf: name)
        colon()
    }

    package mutating func key(quoted name: [UInt8]) {
        name.withUnsafeBytes { key(quoted: $0) }
    }

    package mutating func object(_ name: String, _ members: (inout JSONWriter) throws -> Void) rethrows {
        key(name)
        try object(members)
    }

    package mutating func array(_ name: String, _ elements: (inout JSONWriter) throws -> Void) rethrows {
        key(name)
        try array(elements)
    }

    package mutating func string(_ name: String, _ value: String?) {
        key(name)
        if let value { string(value) } else { raw("null") }
    }

    package mutating func number(_ name: String, _ value: Int?) {
        key(name)
        raw(value.map(String.init) ?? "null")
    }

    package mutating func boolean(_ name: String, _ value: Bool) {
        key(name)
        raw(value ? "true" : "false")
    }

    // MARK: Punctuation

    private mutating func open(_ bracket: Unicode.Scalar) {
        separate()
        bytes.append(UInt8(ascii: bracket))
        needsComma = false
    }

    private mutating func close(_ bracket: Unicode.Scalar) {
        bytes.append(UInt8(ascii: bracket))
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func colon() {
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    // MARK: Escapes

    /// Section 7: quotation mark, backslash and control characters must be escaped, nothing else.
    private mutating func quote(_ utf8: UnsafeRawBufferPointer) {
        bytes.append(UInt8(ascii: "\""))
        // Nearly every text goes over in one piece.
        if utf8.contains(where: Self.needsEscape) {
            for byte in utf8 { escape(byte) }
        } else {
            bytes.append(contentsOf: utf8)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
        case 0x08: bytes += "\\b".utf8
        case 0x09: bytes += "\\t".utf8
        case 0x0A: bytes += "\\n".utf8
        case 0x0C: bytes += "\\f".utf8
        case 0x0D: bytes += "\\r".utf8
        case 0x00: bytes += "\u{FFFD}".utf8
        case 0x01..<0x20:
            bytes += "\\u00".utf8
            bytes += [Self.digit(byte >> 4), Self.digit(byte & 15)]
        default: bytes.append(byte)
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}

extension JSONWriter {
    /// `{"key":"value",…}` of strings, keys sorted by their bytes.
    package mutating func object(_ values: [String: String]) {
        let keys = values.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        object { json in for key in keys { json.string(key, values[key]) } }
    }
}
