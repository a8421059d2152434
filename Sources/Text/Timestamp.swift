package import Foundation

extension FormatStyle where Self == Date.ISO8601FormatStyle {
    /// A time as every JSON of ours has it: RFC 3339, UTC, with milliseconds.
    package static var timestamp: Self { Date.ISO8601FormatStyle(includingFractionalSeconds: true) }
}

extension ParseStrategy where Self == Date.ISO8601FormatStyle {
    /// Reads what the format of this name writes.
    package static var timestamp: Self { Date.ISO8601FormatStyle(includingFractionalSeconds: true) }
}
