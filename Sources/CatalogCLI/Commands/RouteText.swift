import Foundation
package import Intake

/// Its options stand beside its own members: `{"bucket":…,"mode":"create",…}`.
extension Route: Encodable {
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        try container.encode(bucket, forKey: Name("bucket"))
        try container.encode(prefix, forKey: Name("prefix"))
        try container.encode(pipeline, forKey: Name("pipeline"))
        for (name, value) in try options.decoded(as: [String: RouteOption].self) {
            try container.encode(value, forKey: Name(name))
        }
    }

    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }
}

/// The value of an option, whatever its pipeline keeps.
private enum RouteOption: Codable {
    case text(String)
    case list([String])
    case pairs([String: String])
    case number(Double)
    case flag(Bool)

    /// Each `try?` because it is one of the others otherwise.
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let list = try? container.decode([String].self) {  // as above
            self = .list(list)
        } else if let pairs = try? container.decode([String: String].self) {  // as above
            self = .pairs(pairs)
        } else if let flag = try? container.decode(Bool.self) {  // as above
            self = .flag(flag)
        } else if let number = try? container.decode(Double.self) {  // as above
            self = .number(number)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .list(let list): try container.encode(list)
        case .pairs(let pairs): try container.encode(pairs)
        case .number(let number): try container.encode(number)
        case .flag(let flag): try container.encode(flag)
        }
    }

    var words: String {
        switch self {
        case .text(let text): text
        case .list(let list): list.joined(separator: ",")
        case .pairs(let pairs): pairs.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
        case .number(let number): Int(exactly: number).map(String.init) ?? String(number)
        case .flag(let flag): String(flag)
        }
    }
}

extension RouteOptions {
    /// `mode=create policy=load-valid`
    func words() throws -> String {
        try decoded(as: [String: RouteOption].self).sorted { $0.key < $1.key }
            .map { "\($0.key)=\($0.value.words)" }.joined(separator: " ")
    }
}
