import Foundation
import Logging

/// One JSON object per line on standard output: time, level, event, and every metadata key beside them.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = [
            "at": Date().formatted(Self.time), "level": event.level.rawValue, "event": event.message.description,
        ]
        for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }) {
            fields[key] = value.description
        }
        FileHandle.standardOutput.write(Data((Self.line(fields) + "\n").utf8))
    }

    static func line(_ fields: [String: String]) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings always encode.
        return JSONOutput.escaped(String(decoding: try! encoder.encode(fields), as: UTF8.self))
    }

    private static let time = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}
