/// Takes one JSON object (RFC 8259) apart: names, and values as the cells of a table.
package struct JSONRowParser {
    private static let deepest = 64

    private let bytes: [UInt8]
    private var place = 0

    /// - Parameter bytes: UTF-8.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Nil if it is no object.
    package mutating func members() -> [(name: String, value: String)]? {
        var members: [(String, String)] = []
        guard take("{") else { return nil }
        if take("}") { return isAtEnd ? members : nil }
        repeat {
            guard let name = string(), take(":"), let value = cell() else { return nil }
            members.append((name, value))
        } while take(",")
        return take("}") && isAtEnd ? members : nil
    }

    private var isAtEnd: Bool {
        mutating get {
            skipSpace()
            return place == bytes.count
        }
    }

    /// A value as text: nothing for null; the parts of a list behind semicolons; an object as it stands.
    private mutating func cell() -> String? {
        skipSpace()
        guard place < bytes.count else { return nil }
        switch bytes[place] {
        case UInt8(ascii: "\""): return string()
        case UInt8(ascii: "["): return list()
        case UInt8(ascii: "{"):
            let start = place
            return skipValue(0) ? String(decoding: bytes[start..<place], as: UTF8.self) : nil
        default: return word()
        }
    }

    /// A list of objects or lists stays as it stands.
    private mutating func list() -> String? {
        let start = place
        guard skipValue(0) else { return nil }
        let end = place
        place = start + 1
        var parts: [String] = []
        while true {
            skipSpace()
            if take("]") { break }
            if [UInt8(ascii: "["), UInt8(ascii: "{")].contains(bytes[place]) {
                place = end
                return String(decoding: bytes[start..<end], as: UTF8.self)
            }
            guard let part = cell() else { return nil }
            if !part.isEmpty { parts.append(part) }
            _ = take(",")
        }
        return parts.joined(separator: "; ")
    }

    /// `true`, `false`, `null`, or a number without an exponent where that can be.
    private mutating func word() -> String? {
        let start = place
        while place < bytes.count, !" \t\r\n,]}:\"[{".utf8.contains(bytes[place]) { place += 1 }
        let word = String(decoding: bytes[start..<place], as: UTF8.self)
        switch word {
        case "true", "false": return word
        case "null": return ""
        default:
            guard Self.isNumber(bytes[start..<place]) else { return nil }
            guard word.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }), let value = Double(word),
                value.isFinite
            else { return word }
            return String(decoding: CellNumber(value).text(), as: UTF8.self)
        }
    }

    private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
        var rest = text
        func digits() -> Bool {
            let count = rest.prefix { $0 &- UInt8(ascii: "0") < 10 }.count
            rest = rest.dropFirst(count)
            return count > 0
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        if rest.count > 1, rest.first == UInt8(ascii: "0"), rest.dropFirst().first! &- UInt8(ascii: "0") < 10 {
            return false
        }
        guard digits() else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard digits() else { return false }
        }
        if let sign = rest.first, sign | 0x20 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { rest = rest.dropFirst() }
            guard digits() else { return false }
        }
        return rest.isEmpty
    }

    /// Passes over a value.
    /// - Returns: false if it is none.
    private mutating func skipValue(_ depth: Int) -> Bool {
        guard depth < Self.deepest else { return false }
        if take("[") {
            if take("]") { return true }
            repeat { guard skipValue(depth + 1) else { return false } } while take(",")
            return take("]")
        }
        if take("{") {
            if take("}") { return true }
            repeat { guard string() != nil, take(":"), skipValue(depth + 1) else { return false } } while take(",")
            return take("}")
        }
        skipSpace()
        guard place < bytes.count else { return false }
        return bytes[place] == UInt8(ascii: "\"") ? string() != nil : word() != nil
    }

    private mutating func string() -> String? {
        guard take("\"") else { return nil }
        var text: [UInt8] = []
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): guard escape(into: &text) else { return nil }
            case 0..<0x20: return nil
            default: text.append(byte)
            }
        }
        return nil
    }

    private mutating func escape(into text: inout [UInt8]) -> Bool {
        guard place < bytes.count else { return false }
        let byte = bytes[place]
        place += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): return codeUnits(into: &text)
        default: return false
        }
        return true
    }

    /// Four hexadecimal digits, and those of the escape after it where two make one character.
    private mutating func codeUnits(into text: inout [UInt8]) -> Bool {
        guard let first = codeUnit() else { return false }
        var units = [first]
        if UTF16.isLeadSurrogate(first), bytes[place...].starts(with: "\\u".utf8) {
            place += 2
            guard let second = codeUnit() else { return false }
            units.append(second)
        }
        text.append(contentsOf: String(decoding: units, as: UTF16.self).utf8)
        return true
    }

    private mutating func codeUnit() -> UInt16? {
        guard place + 4 <= bytes.count else { return nil }
        var value: UInt16 = 0
        for byte in bytes[place..<(place + 4)] {
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
            value = value << 4 | UInt16(digit)
        }
        place += 4
        return value
    }

    private mutating func skipSpace() {
        while place < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) { place += 1 }
    }

    /// Takes a sign if it is the next one.
    private mutating func take(_ sign: Unicode.Scalar) -> Bool {
        skipSpace()
        guard place < bytes.count, bytes[place] == UInt8(ascii: sign) else { return false }
        place += 1
        return true
    }
}
