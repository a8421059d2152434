/// Who may post events of buckets.
struct EventSettings: Sendable {
    /// Every sender but SNS must know it.
    var token: String?
    /// The topic of SNS whose messages are trusted.
    var topic: String?

    init(_ variables: Variables) throws {
        token = variables["CATALOG_EVENTS_TOKEN"]
        topic = try variables["CATALOG_EVENTS_TOPIC"].map { try Variables.topic("CATALOG_EVENTS_TOPIC", $0) }
        guard token?.allSatisfy(\.isWhitespace) != true else {
            throw SettingsError("CATALOG_EVENTS_TOKEN", "…", "it is blank: give it a value, or unset it")
        }
    }

    /// Whether anything proves who sent an event. Without proof the route is for this machine alone.
    var areProved: Bool { token != nil || topic != nil }
}
