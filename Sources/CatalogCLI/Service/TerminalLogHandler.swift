import Logging

/// Writes log lines for people, as swift-log does, without letting foreign text in them steer a terminal.
struct TerminalLogHandler: LogHandler {
    private var stream: StreamLogHandler

    init(label: String) {
        stream = .standardOutput(label: label)
    }

    var metadata: Logger.Metadata {
        get { stream.metadata }
        set { stream.metadata = Self.safe(newValue) }
    }

    var logLevel: Logger.Level {
        get { stream.logLevel }
        set { stream.logLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { stream[metadataKey: key] }
        set { stream[metadataKey: key] = newValue.map(Self.safe) }
    }

    func log(event: LogEvent) {
        var event = event
        event.message = "\(TerminalText.escaped(event.message.description))"
        event.metadata = event.metadata.map(Self.safe)
        stream.log(event: event)
    }

    private static func safe(_ metadata: Logger.Metadata) -> Logger.Metadata { metadata.mapValues(safe) }

    private static func safe(_ value: Logger.Metadata.Value) -> Logger.Metadata.Value {
        .string(TerminalText.escaped(value.description))
    }
}
