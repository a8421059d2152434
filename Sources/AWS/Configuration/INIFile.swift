/// The files `~/.aws/config` and `~/.aws/credentials`: sections of `name = value` lines. Pure: text in, sections out.
///
/// Source: "Format of the config and credential files", AWS SDKs and Tools Reference Guide.
struct INIFile: Sendable, Equatable {
    /// By name as it stands in the brackets.
    private(set) var sections: [String: [String: String]] = [:]

    init(_ text: String) {
        var section: String?
        for line in text.split(whereSeparator: \.isNewline) {
            // An indented line belongs to a nested setting, of which none matters here.
            guard let first = line.first, !first.isWhitespace, first != "#", first != ";" else { continue }
            if first == "[" {
                section = Self.name(in: line)
                if let section, sections[section] == nil { sections[section] = [:] }
            } else if let section, let equals = line.firstIndex(of: "=") {
                let name = Self.trimmed(line[..<equals]).lowercased()
                sections[section]?[name] = Self.value(line[line.index(after: equals)...])
            }
        }
    }

    /// Whitespace inside the brackets counts as one space.
    private static func name(in line: Substring) -> String? {
        guard let end = line.firstIndex(of: "]") else { return nil }
        return line[line.index(after: line.startIndex)..<end].split(whereSeparator: \.isWhitespace)
            .joined(separator: " ")
    }

    /// A comment begins only after a space, because secrets may contain `#`.
    private static func value(_ text: Substring) -> String {
        let marks = [" #", " ;", "\t#", "\t;"].compactMap { text.firstRange(of: $0)?.lowerBound }
        return trimmed(text[..<(marks.min() ?? text.endIndex)])
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}
