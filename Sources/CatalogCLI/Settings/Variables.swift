/// Variables of the environment, read as values of a kind.
struct Variables {
    private let values: [String: String]

    /// - Throws: `SettingsError` for an empty one of this service. Somebody meant to set it, and to take it for missing would
    ///   open a door, or put data somewhere else: an empty token, an empty database address.
    init(_ environment: [String: String]) throws {
        let own = environment.filter { $0.key.hasPrefix("CATALOG_") }
        if let empty = own.filter({ $0.value.isEmpty }).keys.min() {
            throw SettingsError(empty, "", "it is empty: give it a value, or unset it")
        }
        // To OpenTelemetry an empty variable is one that is not set.
        values = own.merging(environment.filter { $0.key.hasPrefix("OTEL_") && !$0.value.isEmpty }) { own, _ in own }
    }

    subscript(name: String) -> String? { values[name] }

    /// What stands behind a prefix in the names of variables, in their order.
    func names(behind prefix: String) -> [String] {
        values.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }.sorted()
    }

    /// A whole number within bounds.
    func whole(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let value = self[name] else { return nil }
        guard let number = Int(value), range.contains(number) else {
            throw SettingsError(
                name, value, "expected a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// Whole seconds, a day at most.
    func seconds(_ name: String, in range: ClosedRange<Int> = 1...86_400) throws -> Duration? {
        try whole(name, in: range).map { .seconds($0) }
    }

    /// One of a few words, in any case.
    func choice<Choice>(_ name: String, _ choices: [String: Choice]) throws -> Choice? {
        guard let value = values[name] else { return nil }
        guard let choice = choices[value.lowercased()] else {
            throw SettingsError(name, value, "expected \(choices.keys.sorted().joined(separator: " or "))")
        }
        return choice
    }

    /// One of the cases of an enumeration.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String) throws -> Choice? {
        try choice(name, Dictionary(uniqueKeysWithValues: Choice.allCases.map { ($0.rawValue, $0) }))
    }

    func isOn(_ name: String) throws -> Bool? { try choice(name, ["on": true, "off": false]) }

    /// The ARN of a topic of SNS.
    ///
    /// Source: "Actions, resources, and condition keys for Amazon SNS", Service Authorization Reference.
    /// - Parameter prefix: what may stand before the ARN.
    static func topic(_ name: String, _ value: String, after prefix: String = "") throws -> String {
        let arn = value.hasPrefix(prefix) ? String(value.dropFirst(prefix.count)) : value
        guard arn.wholeMatch(of: /arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?/) != nil else {
            throw SettingsError(
                name, value, "expected a topic's ARN, for example arn:aws:sns:eu-central-1:123456789012:vendor-files")
        }
        return arn
    }
}
