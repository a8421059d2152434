import OpenSSL

/// JSON with one text for one meaning: keys in the order they are given (callers give them sorted), no blanks, only the
/// escapes that must be. Source: RFC 8785, section 3.2.
struct CanonicalJSON {
    private(set) var bytes: [UInt8] = []

    /// `{"key":"value",…}` from pairs in order.
    mutating func object(_ pairs: some Sequence<(String, String)>) {
        bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        for (key, value) in pairs {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            string(key)
            bytes.append(UInt8(ascii: ":"))
            string(value)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    mutating func string(_ text: String) {
        var text = text
        text.withUTF8 { string(UnsafeRawBufferPointer($0)) }
    }

    /// A text as its bytes, which must be UTF-8.
    mutating func string(_ utf8: UnsafeRawBufferPointer) {
        bytes.append(.quotationMark)
        if utf8.contains(where: Self.needsEscape) {
            for byte in utf8 { escape(byte) }
        } else {
            bytes.append(contentsOf: utf8)
        }
        bytes.append(.quotationMark)
    }

    /// Text that is JSON already, punctuation included.
    mutating func raw(_ json: String) { bytes.append(contentsOf: json.utf8) }

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == .quotationMark || byte == .backslash
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case .quotationMark, .backslash: bytes += [.backslash, byte]
        case 0x08: bytes += "\\b".utf8
        case 0x09: bytes += "\\t".utf8
        case 0x0A: bytes += "\\n".utf8
        case 0x0C: bytes += "\\f".utf8
        case 0x0D: bytes += "\\r".utf8
        // jsonb has no place for NUL.
        case 0x00: bytes += "\u{FFFD}".utf8
        case 0x01..<0x20:
            let digits = Array("0123456789abcdef".utf8)
            bytes += "\\u00".utf8
            bytes += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        default: bytes.append(byte)
        }
    }

    /// Of strings, keys sorted by their bytes.
    static func text(_ values: [String: String]) -> String {
        var json = CanonicalJSON()
        json.object(values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { ($0.key, $0.value) })
        return json.text
    }
}

extension UInt8 {
    fileprivate static let quotationMark = UInt8(ascii: "\"")
    fileprivate static let backslash = UInt8(ascii: "\\")
}

/// What identifies a question to a provider.
struct InputHash: Hashable, Sendable {
    /// 64 hexadecimal digits.
    let hex: String

    init(hex: String) { self.hex = hex }

    /// Of capability and input, in lower case: who differs in case only is the same person.
    init(_ capability: Capability, _ input: ProviderInput) {
        var json = CanonicalJSON()
        let fields = input.known.map { ($0.field.rawValue, $0.value.lowercased()) }
        json.object([("capability", capability.rawValue)] + fields.sorted { $0.0 < $1.0 })
        hex = SHA256.hash(json.bytes).hex
    }
}
