import Foundation

/// A value a caller may give: in the path, the query, or a JSON body. Checked and documented from the same words.
package struct Input: Sendable {
    package enum Kind: Sendable {
        /// So many Unicode code points at most; without control characters.
        case text(atMost: Int)
        case integer(ClosedRange<Int>)
        case boolean
        case choice([String])
        /// RFC 3339.
        case timestamp
        /// Of the previous page; made of this many parts.
        case cursor(parts: Int)
        /// 64 hexadecimal digits.
        case sha256
    }

    var name: String
    var kind: Kind
    var isRequired: Bool
    var summary: String
    /// Whether the name is a beginning, behind which the caller writes any other: `attribute.colour`.
    var isFamily = false

    package init(_ name: String, _ kind: Kind, _ summary: String, required: Bool = false) {
        self.name = name
        self.kind = kind
        isRequired = required
        self.summary = summary
    }

    /// A parameter for each name that the caller thinks of.
    /// - Parameter prefix: what the names begin with; text that is not empty follows.
    static func family(_ prefix: String, _ kind: Kind, _ summary: String) -> Input {
        var input = Input(prefix, kind, summary)
        input.isFamily = true
        return input
    }

    /// As a caller is told.
    var shownName: String { isFamily ? name + "NAME" : name }

    /// Whether a parameter of this name is meant.
    func isNamed(_ text: String) -> Bool {
        guard isFamily else { return name == text }
        return text.utf8.count > name.utf8.count && text.utf8.starts(with: name.utf8) && !text.hasControls
    }

    static let limit = Input("limit", .integer(1...200), "Maximum number of results; the default is 20.")

    static func cursor(_ parts: Int) -> Input {
        Input("cursor", .cursor(parts: parts), "nextCursor of the previous page.")
    }
}

/// A value after its check.
enum InputValue: Sendable, Equatable {
    case text(String), integer(Int), boolean(Bool), timestamp(Date), cursor(Cursor)
}

/// What is wrong with a value, as an end of the sentence "parameter 'x' …".
struct InputFault: Error {
    var remedy: String
}

extension Input {
    /// Reads a value of a path or a query.
    func value(of text: String) throws(InputFault) -> InputValue {
        switch kind {
        case .integer:
            guard let number = Int(text) else { throw InputFault(remedy: expectation) }
            return try value(of: .integer(number))
        case .boolean:
            guard text == "true" || text == "false" else { throw InputFault(remedy: expectation) }
            return .boolean(text == "true")
        default: return try value(of: .text(text))
        }
    }

    /// Reads a value of a JSON body.
    func value(of json: JSONScalar) throws(InputFault) -> InputValue {
        switch (kind, json) {
        case (.text(let limit), .text(let text)) where text.unicodeScalars.count <= limit && !text.hasControls:
            return .text(text)
        case (.integer(let range), .integer(let number)) where range.contains(number): return .integer(number)
        case (.boolean, .boolean(let flag)): return .boolean(flag)
        case (.choice(let choices), .text(let text)) where choices.contains(text): return .text(text)
        case (.sha256, .text(let text)) where text.isSHA256: return .text(text.lowercased())
        case (.timestamp, .text(let text)):
            if let date = Self.date(text) { return .timestamp(date) }
        case (.cursor(let parts), .text(let text)):
            if let cursor = Cursor(text, parts: parts) { return .cursor(cursor) }
        default: break
        }
        throw InputFault(remedy: expectation)
    }

    /// What would have been right.
    private var expectation: String {
        switch kind {
        case .text(let limit): "expected at most \(limit) characters, none of them a control character"
        case .integer(let range): "expected a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .boolean: "expected true or false"
        case .choice(let choices): "expected one of \(choices.joined(separator: ", "))"
        case .timestamp: "expected a time such as 2026-03-01T00:00:00Z"
        case .cursor: "expected the nextCursor of the previous page, unchanged"
        case .sha256: "expected 64 hexadecimal digits"
        }
    }

    private static func date(_ text: String) -> Date? {
        let formats: [Date.ISO8601FormatStyle] = [.init(includingFractionalSeconds: true), .iso8601]
        // PostgreSQL takes years up to 294276, the year 9999 is as far as four digits go.
        return formats.lazy.compactMap { try? $0.parse(text) }.first  // nil says that it is none
    }
}

extension String {
    /// Of the Unicode category Cc.
    fileprivate var hasControls: Bool {
        unicodeScalars.contains { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) }
    }
    fileprivate var isSHA256: Bool { utf8.count == 64 && allSatisfy(\.isHexDigit) }
}

/// A JSON value that is neither an object nor an array.
enum JSONScalar: Decodable, Sendable, Equatable {
    case null, boolean(Bool), integer(Int), text(String)
    /// Nothing that any input takes.
    case other

    init(from decoder: any Decoder) throws {
        guard let container = try? decoder.singleValueContainer() else {  // an object or an array is not a scalar
            self = .other
            return
        }
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {  // each type is tried in turn
            self = .boolean(flag)
        } else if let number = try? container.decode(Int.self) {
            self = .integer(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else {
            self = .other
        }
    }
}
