/// Halves of characters in JSON: `\ud83d` without the other half, as programs write it that count in UTF-16 and cut a text there.
///
/// The grammar of JSON has a place for them (RFC 8259, section 8.2), and no text has.
package enum LoneSurrogates {
    private static let replacement = Array("\\ufffd".utf8)

    /// - Returns: the JSON with `\ufffd` in their place; nil if it has none.
    package static func replaced(in json: [UInt8]) -> [UInt8]? {
        var (result, place, hasAny) = ([UInt8](), 0, false)
        result.reserveCapacity(json.count)
        while place < json.count {
            guard json[place] == UInt8(ascii: "\\") else {
                result.append(json[place])
                place += 1
                continue
            }
            let length = escapeLength(json, at: place)
            let isLone = length == 6 && unit(json, at: place).map { 0xD800..<0xE000 ~= $0 } == true
            hasAny = hasAny || isLone
            result += isLone ? replacement[...] : json[place..<min(place + length, json.count)]
            place += length
        }
        return hasAny ? result : nil
    }

    /// Of the escape there: two such halves are one, of twelve characters.
    private static func escapeLength(_ json: [UInt8], at place: Int) -> Int {
        guard let first = unit(json, at: place) else { return 2 }
        guard UTF16.isLeadSurrogate(first), let second = unit(json, at: place + 6), UTF16.isTrailSurrogate(second)
        else {
            return 6
        }
        return 12
    }

    /// Nil if no escape by number is there.
    private static func unit(_ json: [UInt8], at place: Int) -> UInt16? {
        guard place + 6 <= json.count, json[place..<place + 2].elementsEqual("\\u".utf8) else { return nil }
        return UInt16(String(decoding: json[place + 2..<place + 6], as: UTF8.self), radix: 16)
    }
}
