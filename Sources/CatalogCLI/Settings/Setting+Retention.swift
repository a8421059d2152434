import Upkeep

/// For how long what grows is kept.
extension Setting {
    static let retentionErrorsDays = Setting(
        "CATALOG_RETENTION_ERRORS_DAYS", .whole(90...36_500), fallback: "for ever",
        meaning: "for how long errors of rows are kept after their month; then they are in `CATALOG_STORE`, compressed",
        example: "400")
}

extension RetentionSettings {
    /// What may be said about each table, by its full name.
    private static let variables = [
        "catalog.validation_errors": Setting.retentionErrorsDays, "relay.members": .relayRetentionDays,
    ]

    init(_ variables: Variables) throws {
        self.init()
        for (table, setting) in Self.variables {
            guard case .whole(let range) = setting.form else { continue }
            keepDays[table] = try variables.whole(setting.name, in: range)
        }
    }
}
