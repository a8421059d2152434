import Foundation
import Logging
import Text

/// One JSON object per line on standard output: time, level, event, and every metadata key beside them. Numbers are numbers.
struct JSONLogHandler: LogHandler {
    /// A number, or the words of anything else.
    enum Value: Encodable {
        case text(String)
        case whole(Int)
        case fraction(Double)

        init(_ value: Logger.Metadata.Value) {
            guard case .stringConvertible(let value) = value else {
                self = .text(value.description)
                return
            }
            switch value {
            case let whole as any BinaryInteger: self = .whole(Int(clamping: whole))
            // JSON has no word for what is not finite.
            case let fraction as Double where fraction.isFinite: self = .fraction(fraction)
            default: self = .text(value.description)
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .whole(let whole): try container.encode(whole)
            case .fraction(let fraction): try container.encode(fraction)
            }
        }
    }

    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields: [String: Value] = [
            "at": .text(Date().formatted(.timestamp)), "level": .text(event.level.rawValue),
            "event": .text(event.message.description),
        ]
        for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }) {
            fields[key] = Value(value)
        }
        StandardStream.output.write(Self.line(fields) + "\n")
    }

    static func line(_ fields: [String: Value]) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings and finite numbers always encode.
        return JSONOutput.escaped(String(decoding: try! encoder.encode(fields), as: UTF8.self))
    }
}
