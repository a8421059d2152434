import Logging

/// Writes log lines for people, as swift-log does, without letting foreign text in them steer a terminal.
struct TerminalLogHandler: LogHandler {
    private var stream: StreamLogHandler

    init(label: String) {
        stream = .standardOutput(label: label)
    }

    /// Made safe when a line is written: each request has some, and most write none.
    var metadata = Logger.Metadata()

    var logLevel: Logger.Level {
        get { stream.logLevel }
        set { stream.logLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var event = event
        event.message = "\(TerminalText.escaped(event.message.description))"
        event.metadata = Self.safe(metadata.merging(event.metadata ?? [:]) { $1 })
        stream.log(event: event)
    }

    private static func safe(_ metadata: Logger.Metadata) -> Logger.Metadata { metadata.mapValues(safe) }

    private static func safe(_ value: Logger.Metadata.Value) -> Logger.Metadata.Value {
        .string(TerminalText.escaped(value.description))
    }
}
