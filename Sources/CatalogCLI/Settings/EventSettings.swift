/// Who may post events of buckets.
struct EventSettings: Sendable {
    /// Every sender but SNS must know it.
    var token: String?
    /// The topic of SNS whose messages are trusted.
    var topic: String?
    /// URL of a queue of SQS that has events.
    var queue: String?

    init(_ variables: Variables) throws {
        token = variables["CATALOG_EVENTS_TOKEN"]
        topic = try variables["CATALOG_EVENTS_TOPIC"].map { try Variables.topic("CATALOG_EVENTS_TOPIC", $0) }
        queue = try variables["CATALOG_EVENTS_QUEUE"].map(Self.queue)
        guard token?.allSatisfy(\.isWhitespace) != true else {
            throw SettingsError("CATALOG_EVENTS_TOKEN", "…", "it is blank: give it a value, or unset it")
        }
    }

    private static func queue(_ value: String) throws -> String {
        guard value.wholeMatch(of: /https?:\/\/[^\/?#\s]+\/\d{12}\/[A-Za-z0-9_-]{1,80}(\.fifo)?/) != nil else {
            throw SettingsError(
                "CATALOG_EVENTS_QUEUE", value,
                "expected a queue's URL, for example https://sqs.eu-central-1.amazonaws.com/123456789012/vendor-files")
        }
        return value
    }

    /// Whether anything proves who sent an event. Without proof the route is for this machine alone.
    var areProved: Bool { token != nil || topic != nil }
}
