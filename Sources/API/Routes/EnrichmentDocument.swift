/// The JSON object of a request for enrichment, whose list is cut out by its bytes: a list of 10 MB would take many times as much as
/// values.
struct EnrichmentDocument {
    /// The object with `null` in place of the list.
    let rest: [UInt8]
    /// The bytes of the list; nil if the object has none that can be told by its bytes alone.
    let contacts: ArraySlice<UInt8>?

    /// Whether it is a list itself, which is looked at record by record.
    let isList: Bool

    /// - Parameter json: anything; what is no object has no list.
    init(_ json: [UInt8]) {
        isList = json.first { !$0.isSpace } == UInt8(ascii: "[")
        guard let place = Self.place(of: Array("\"contacts\"".utf8), in: json), json[place.lowerBound].isBracket else {
            (rest, contacts) = (json, nil)
            return
        }
        rest = Array(json[..<place.lowerBound] + Array("null".utf8) + json[place.upperBound...])
        contacts = json[place]
    }

    /// Where the value of a member of the outermost object stands.
    /// - Parameter key: with its quotation marks.
    /// - Returns: nil if it is not there, or there twice.
    private static func place(of key: [UInt8], in json: [UInt8]) -> Range<Int>? {
        var scan = JSONScan(json)
        guard scan.take(UInt8(ascii: "{")) else { return nil }
        var found: Range<Int>?
        repeat {
            let name = scan.value()
            guard scan.take(UInt8(ascii: ":")) else { return nil }
            let value = scan.value()
            if json[name].elementsEqual(key) {
                guard found == nil, !value.isEmpty else { return nil }
                found = value
            }
        } while scan.take(UInt8(ascii: ","))
        return found
    }
}

/// Goes over JSON value by value, looking at strings and brackets only.
private struct JSONScan {
    private let json: [UInt8]
    private var place = 0

    init(_ json: [UInt8]) {
        self.json = json
    }

    private mutating func skipSpace() {
        while place < json.count, json[place].isSpace { place += 1 }
    }

    /// - Returns: whether it comes next; then it is behind.
    mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard place < json.count, json[place] == byte else { return false }
        place += 1
        return true
    }

    /// - Returns: where the next value, or the name of a member, stands; empty where none does.
    mutating func value() -> Range<Int> {
        skipSpace()
        let start = place
        var depth = 0
        while place < json.count {
            let byte = json[place]
            if byte == UInt8(ascii: "\"") {
                skipString()
                if depth == 0 { break }
                continue
            }
            if depth == 0, byte.endsValue { break }
            if byte.isBracket { depth += 1 }
            if byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") { depth -= 1 }
            place += 1
            if depth == 0, byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") { break }
        }
        return start..<place
    }

    private mutating func skipString() {
        place += 1
        while place < json.count, json[place] != UInt8(ascii: "\"") {
            place += json[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        place = min(place + 1, json.count)
    }
}

extension UInt8 {
    fileprivate var isBracket: Bool { self == UInt8(ascii: "[") || self == UInt8(ascii: "{") }

    /// As JSON has it.
    fileprivate var isSpace: Bool { self == 0x20 || self == 0x09 || self == 0x0A || self == 0x0D }

    /// Behind a number or a word.
    fileprivate var endsValue: Bool {
        isSpace || self == UInt8(ascii: ",") || self == UInt8(ascii: ":") || self == UInt8(ascii: "]")
            || self == UInt8(ascii: "}")
    }
}
