import Foundation

/// Results for programs: one line of JSON each.
enum JSONOutput {
    static func print(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .custom { Key($0.last?.stringValue ?? "") }
        Swift.print(escaped(String(decoding: try encoder.encode(value), as: UTF8.self)))
    }

    /// A member as the HTTP interface spells it: `uploadId`, `fileSha256`.
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) {
            stringValue = name.replacing(/([a-z])(ID|SHA|URL)/) { "\($0.1)\($0.2.capitalized)" }
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
