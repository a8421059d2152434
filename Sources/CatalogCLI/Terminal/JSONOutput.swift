import Foundation
import Text

/// Results for programs: one line of JSON each.
enum JSONOutput {
    static func print(_ value: some Encodable) throws { Swift.print(try line(value)) }

    static func line(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .custom { Key($0.last?.stringValue ?? "") }
        return escaped(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// A member as the HTTP interface spells it: `uploadId`, `fileSha256`.
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) {
            stringValue = Self.spelled(name)
        }

        /// `ID`, `SHA` and `URL` behind a small letter. By hand: a regular expression would be parsed for every member of every line.
        private static func spelled(_ name: String) -> String {
            var rest = Substring(name)
            var spelled = ""
            while let first = rest.first {
                let isInside = spelled.last.map { ("a"..."z").contains($0) } == true
                let word = isInside ? ["ID", "SHA", "URL"].first { rest.hasPrefix($0) } : nil
                spelled += word?.capitalized ?? String(first)
                rest = rest.dropFirst(word?.count ?? 1)
            }
            return spelled
        }

        init?(stringValue: String) { self.init(stringValue) }

        init?(intValue: Int) { nil }
    }

    /// What would steer a terminal stands in strings alone, where JSON has an escape for it. The encoder escapes what is below
    /// a space; the rest are C1 controls and signs that turn the direction of text.
    static func escaped(_ json: String) -> String {
        guard json.utf8.contains(where: { $0 > 0x7E }) else { return json }
        return json.unicodeScalars.reduce(into: "") { safe, scalar in
            guard TerminalText.isDangerous(scalar) else { return safe.unicodeScalars.append(scalar) }
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                safe += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
    }
}

/// JSON that is kept as text: in a line of JSON it is what it says, as over HTTP.
struct JSONText: Encodable {
    var text: String

    func encode(to encoder: any Encoder) throws {
        try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)).encode(to: encoder)
    }
}
