import Glibc

/// A value that can be bound to a parameter.
public protocol PostgresEncodable: Sendable {
    /// The text form PostgreSQL reads (manual, chapter 8).
    var postgresText: String { get }
}

extension String: PostgresEncodable {
    public var postgresText: String { self }
}

extension Substring: PostgresEncodable {
    public var postgresText: String { String(self) }
}

extension Int: PostgresEncodable {
    public var postgresText: String { String(self) }
}

extension Int32: PostgresEncodable {
    public var postgresText: String { String(self) }
}

extension Int64: PostgresEncodable {
    public var postgresText: String { String(self) }
}

extension Double: PostgresEncodable {
    public var postgresText: String { isNaN ? "NaN" : isInfinite ? (self < 0 ? "-Infinity" : "Infinity") : "\(self)" }
}

extension Bool: PostgresEncodable {
    public var postgresText: String { self ? "t" : "f" }
}

/// A value that can stand in an array.
public protocol PostgresArrayElement: Sendable {
    /// Appends it as it stands between the braces: manual, section 8.15.2.
    func appendArrayText(to text: inout String)
}

extension Optional: PostgresArrayElement where Wrapped: PostgresArrayElement {
    public func appendArrayText(to text: inout String) {
        if let self { self.appendArrayText(to: &text) } else { text += "NULL" }
    }
}

extension String: PostgresArrayElement {
    /// By scalars: to Swift a quote with an accent on it would be another character, and no quote.
    public func appendArrayText(to text: inout String) {
        text += "\""
        // Nearly no value holds a byte to escape, and looking for one is cheap.
        if holdsQuote {
            for scalar in unicodeScalars {
                if scalar == "\\" || scalar == "\"" { text.unicodeScalars.append("\\") }
                text.unicodeScalars.append(scalar)
            }
        } else {
            text += self
        }
        text += "\""
    }

    private var holdsQuote: Bool {
        var text = self
        return text.withUTF8 { bytes in
            guard let start = bytes.baseAddress else { return false }
            return memchr(start, 0x22, bytes.count) != nil || memchr(start, 0x5c, bytes.count) != nil
        }
    }
}

extension Int: PostgresArrayElement {
    public func appendArrayText(to text: inout String) { text += String(self) }
}

extension Int32: PostgresArrayElement {
    public func appendArrayText(to text: inout String) { text += String(self) }
}

extension Array: PostgresEncodable where Element: PostgresArrayElement {
    public var postgresText: String {
        guard let first else { return "{}" }
        var text = "{"
        first.appendArrayText(to: &text)
        for element in dropFirst() {
            text += ","
            element.appendArrayText(to: &text)
        }
        text += "}"
        return text
    }
}
