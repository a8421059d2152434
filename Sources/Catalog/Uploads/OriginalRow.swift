/// A row as the vendor wrote it: `validation_errors.original_data`, read as one value whatever its width.
package struct OriginalRow: Equatable, Sendable {
    /// Cells by the name of their column; under `_line` a row that could not be split into fields.
    package private(set) var cells: [String: String] = [:]
    /// Cells beyond the last column.
    package private(set) var surplus: [String] = []
    /// What a mapping made of the row, by our columns.
    package private(set) var mapped: [String: String] = [:]

    /// A row that could not be split into fields; empty otherwise.
    package var line: String { cells["_line"] ?? "" }

    /// - Parameter json: an object as PostgreSQL prints `jsonb`.
    init(json: UnsafeRawBufferPointer) {
        var scanner = JSONScanner(json)
        scanner.forEachMember { name, scanner in
            switch name {
            case "_extra": scanner.forEachElement { surplus.append($0.text()) }
            case "_mapped": scanner.forEachMember { mapped[$0] = $1.text() }
            default: cells[name] = scanner.text()
            }
        }
    }
}

/// Walks through the text of a `jsonb` value, which PostgreSQL has made: it is well-formed (RFC 8259).
private struct JSONScanner {
    private let bytes: UnsafeRawBufferPointer
    private var index = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// Calls `body` with each name of an object; it has to take the value.
    mutating func forEachMember(_ body: (String, inout JSONScanner) -> Void) {
        guard open("{") else { return }
        while !close("}") {
            let name = text()
            _ = open(":")
            body(name, &self)
        }
    }

    /// Calls `body` at each element of an array; it has to take it.
    mutating func forEachElement(_ body: (inout JSONScanner) -> Void) {
        guard open("[") else { return }
        while !close("]") { body(&self) }
    }

    /// The next value as text: a string without its quotes, null as nothing, anything else as it stands.
    mutating func text() -> String {
        skipSpace()
        if index < bytes.count, bytes[index] == UInt8(ascii: "\"") { return string() }
        let start = index
        var depth = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                _ = string()
                continue
            }
            if depth == 0, "]},".utf8.contains(byte) { break }
            depth += "{[".utf8.contains(byte) ? 1 : "}]".utf8.contains(byte) ? -1 : 0
            index += 1
        }
        let value = String(decoding: bytes[start..<index], as: UTF8.self)
        return value == "null" ? "" : value
    }

    private mutating func string() -> String {
        index += 1
        let start = index
        while index < bytes.count, bytes[index] != UInt8(ascii: "\""), bytes[index] != UInt8(ascii: "\\") { index += 1 }
        var text = String(decoding: bytes[start..<index], as: UTF8.self)
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") { text += piece() }
        index += 1
        return text
    }

    /// The part of a string that begins with an escape, up to the next one.
    private mutating func piece() -> String {
        let escaped = bytes[index + 1]
        index += 2
        let first: String
        switch escaped {
        case UInt8(ascii: "u"): first = String(decoding: codeUnits(), as: UTF16.self)
        case UInt8(ascii: "n"): first = "\n"
        case UInt8(ascii: "r"): first = "\r"
        case UInt8(ascii: "t"): first = "\t"
        case UInt8(ascii: "b"): first = "\u{8}"
        case UInt8(ascii: "f"): first = "\u{C}"
        default: first = String(UnicodeScalar(escaped))
        }
        let start = index
        while index < bytes.count, bytes[index] != UInt8(ascii: "\""), bytes[index] != UInt8(ascii: "\\") { index += 1 }
        return first + String(decoding: bytes[start..<index], as: UTF8.self)
    }

    /// Four hexadecimal digits, and those of the escape after it where two make one character.
    private mutating func codeUnits() -> [UInt16] {
        var units: [UInt16] = []
        while true {
            let digits = String(decoding: bytes[index..<min(index + 4, bytes.count)], as: UTF8.self)
            units.append(UInt16(digits, radix: 16) ?? 0xFFFD)
            index += 4
            let isHigh = UTF16.isLeadSurrogate(units.last!)
            guard isHigh, index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\") else { return units }
            index += 2
        }
    }

    private mutating func skipSpace() {
        while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
    }

    /// Takes a sign if it is the next one.
    private mutating func open(_ sign: Unicode.Scalar) -> Bool {
        skipSpace()
        guard index < bytes.count, bytes[index] == UInt8(ascii: sign) else { return false }
        index += 1
        return true
    }

    /// Takes the sign that ends an object or array, or else the comma before what follows.
    private mutating func close(_ sign: Unicode.Scalar) -> Bool {
        if index >= bytes.count || open(sign) { return true }
        _ = open(",")
        return false
    }
}
