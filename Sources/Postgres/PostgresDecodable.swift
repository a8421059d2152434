/// A value that can be read from a column.
public protocol PostgresDecodable {
    /// Reads the text form; nil if it is none of this type.
    init?(postgresText: String)
}

extension String: PostgresDecodable {
    public init?(postgresText: String) { self = postgresText }
}

extension Int: PostgresDecodable {
    public init?(postgresText: String) { self.init(postgresText) }
}

extension Int32: PostgresDecodable {
    public init?(postgresText: String) { self.init(postgresText) }
}

extension Int64: PostgresDecodable {
    public init?(postgresText: String) { self.init(postgresText) }
}

extension Double: PostgresDecodable {
    public init?(postgresText: String) { self.init(postgresText) }
}

extension Bool: PostgresDecodable {
    public init?(postgresText: String) {
        guard postgresText == "t" || postgresText == "f" else { return nil }
        self = postgresText == "t"
    }
}

extension Array: PostgresDecodable where Element: PostgresDecodable {
    /// Reads a one-dimensional array without NULL.
    public init?(postgresText: String) {
        guard let texts = ArrayText.elements(postgresText) else { return nil }
        self = []
        for text in texts {
            guard let text, let element = Element(postgresText: text) else { return nil }
            append(element)
        }
    }
}

/// The text form of arrays: manual, section 8.15.6.
enum ArrayText {
    /// The elements, unescaped, nil for NULL; nil if the text is not a one-dimensional array.
    static func elements(_ text: String) -> [String?]? {
        var rest = text.utf8[...]
        guard rest.popFirst() == UInt8(ascii: "{"), rest.popLast() == UInt8(ascii: "}") else { return nil }
        var elements: [String?] = []
        while !rest.isEmpty {
            guard let element = next(&rest) else { return nil }
            elements.append(element)
            guard rest.isEmpty || rest.popFirst() == UInt8(ascii: ",") else { return nil }
        }
        return elements
    }

    private static func next(_ rest: inout Substring.UTF8View) -> String?? {
        guard rest.first == UInt8(ascii: "\"") else {
            let plain = rest.prefix { $0 != UInt8(ascii: ",") }
            rest = rest.dropFirst(plain.count)
            guard !plain.isEmpty, plain.first != UInt8(ascii: "{") else { return nil }
            let text = String(decoding: plain, as: UTF8.self)
            return .some(text == "NULL" ? nil : text)
        }
        rest.removeFirst()
        var bytes: [UInt8] = []
        while var byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
            if byte == UInt8(ascii: "\\") {
                guard let escaped = rest.popFirst() else { return nil }
                byte = escaped
            }
            bytes.append(byte)
        }
        return .some(String(decoding: bytes, as: UTF8.self))
    }
}
