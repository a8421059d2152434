package import Foundation

/// Any JSON, to be looked into.
package enum JSONValue: Sendable, Equatable, Codable {
    case null
    case bool(Bool)
    case number(Decimal)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(String.self) {  // another type is tried instead
            self = .string(value)
        } else if let value = try? container.decode(Bool.self) {  // another type is tried instead
            self = .bool(value)
        } else if let value = try? container.decode(Decimal.self) {  // another type is tried instead
            self = .number(value)
        } else if let value = try? container.decode(Double.self) {  // another type is tried instead
            // Beyond what a Decimal can be. One such number makes no answer unreadable that was paid for.
            self = .string("\(value)")
        } else if let value = try? container.decode([JSONValue].self) {  // another type is tried instead
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let values): try container.encode(values)
        case .object(let values): try container.encode(values)
        }
    }

    /// Nil if the bytes are not JSON.
    package init?(_ bytes: [UInt8]) {
        func decoded(_ bytes: [UInt8]) -> JSONValue? {
            try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))  // the caller says what should have been there
        }
        // Half of a character is found in texts that were cut: Foundation refuses the whole, others write and read it.
        guard let value = decoded(bytes) ?? LoneSurrogates.replaced(in: bytes).flatMap(decoded) else { return nil }
        self = value
    }

    /// A member of an object; nil if this is none, or has none of this name.
    package subscript(name: String) -> JSONValue? {
        if case .object(let values) = self { values[name] } else { nil }
    }

    /// What names and numbers between dots lead to: `data.people.0.email`; the empty path leads here.
    package subscript(path path: String) -> JSONValue? {
        path.split(separator: ".").reduce(.some(self)) { value, step in
            switch value {
            case .object(let values): values[String(step)]
            case .array(let values): Int(step).flatMap { values.indices.contains($0) ? values[$0] : nil }
            default: nil
            }
        }
    }

    package var elements: [JSONValue]? { if case .array(let values) = self { values } else { nil } }
    package var members: [String: JSONValue]? { if case .object(let values) = self { values } else { nil } }

    /// As a cell of a table; nil for null. The parts of a list stand behind semicolons.
    package var text: String? {
        switch self {
        case .null: nil
        case .bool(let value): String(value)
        case .number(let value): "\(value)"
        case .string(let value): value
        case .array(let values): values.compactMap(\.text).joined(separator: "; ")
        case .object(let values): Self.text(of: values)
        }
    }

    private static func text(of members: [String: JSONValue]) -> String {
        var json = JSONWriter()
        json.object(members.compactMapValues(\.text))
        return json.text
    }

    /// Writes it with sorted keys, numbers as they are.
    package func write(to json: inout JSONWriter) {
        switch self {
        case .null: json.raw("null")
        case .bool(let value): json.raw(value ? "true" : "false")
        case .number(let value): json.raw("\(value)")
        case .string(let value): json.string(value)
        case .array(let values): json.array { json in for value in values { value.write(to: &json) } }
        case .object(let values):
            json.object { json in
                for name in values.keys.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
                    json.key(name)
                    // It is one of its keys.
                    values[name]!.write(to: &json)
                }
            }
        }
    }

    /// As bytes, keys sorted.
    package var bytes: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Such values always encode.
        return Array(try! encoder.encode(self))
    }
}
