import Text

/// A configured provider: a row of `enrichment.providers` and its limits.
package struct ProviderRow: Sendable, Encodable, Equatable {
    package var name: String
    /// Which adapter.
    package var kind: String
    /// JSON object; its keys are the adapter's.
    package var settings: String
    package var secretID: String?
    /// Seconds.
    package var cacheSeconds: Int
    /// Seconds that "no match" is believed.
    package var missSeconds: Int
    package var maximumConcurrency: Int
    package var limits: ProviderLimits
    /// Changes with every change.
    var version = ""
    /// Of what changes its answers; nil before it is saved.
    var settingsHash: Int?

    private enum CodingKeys: CodingKey {
        case name, kind, settings, secretID, cacheSeconds, missSeconds, maximumConcurrency, limits
    }

    package init(
        name: String, kind: String, settings: String = "{}", secretID: String? = nil, cacheSeconds: Int = 30 * 86_400,
        missSeconds: Int = 7 * 86_400, maximumConcurrency: Int = 64, limits: ProviderLimits = .init()
    ) {
        self.name = name
        self.kind = kind
        self.settings = settings
        self.secretID = secretID
        self.cacheSeconds = cacheSeconds
        self.missSeconds = missSeconds
        self.maximumConcurrency = maximumConcurrency
        self.limits = limits
    }

    /// With the settings as the object that they are.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(kind, forKey: .kind)
        try container.encode(JSONValue(Array(settings.utf8)), forKey: .settings)
        try container.encodeIfPresent(secretID, forKey: .secretID)
        try container.encode(cacheSeconds, forKey: .cacheSeconds)
        try container.encode(missSeconds, forKey: .missSeconds)
        try container.encode(maximumConcurrency, forKey: .maximumConcurrency)
        try container.encode(limits, forKey: .limits)
    }
}

/// What a provider allows; nil means no limit.
package struct ProviderLimits: Sendable, Codable, Equatable {
    package var perSecond: Double?
    package var perHour: Int?
    package var perDay: Int?
    package var creditBudget: Int?

    package init(perSecond: Double? = nil, perHour: Int? = nil, perDay: Int? = nil, creditBudget: Int? = nil) {
        self.perSecond = perSecond
        self.perHour = perHour
        self.perDay = perDay
        self.creditBudget = creditBudget
    }
}

/// What may be said of a provider, by a command or over HTTP.
package enum ProviderBounds {
    package static let perSecond = 0.001...1_000_000
    /// Calls in an hour, or in a day.
    package static let period = 1...Int(Int32.max)
    package static let credits = 0...(1 << 53)
    package static let concurrency = 1...10_000
    /// For which answers are remembered.
    package static let days = 1...3650
}
