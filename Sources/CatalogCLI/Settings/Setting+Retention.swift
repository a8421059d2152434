import Foundation
import Intake
import Upkeep

/// For how long what grows is kept.
extension Setting {
    static let retentionErrorsDays = Setting(
        "CATALOG_RETENTION_ERRORS_DAYS", .whole(90...36_500), fallback: "for ever",
        meaning: "for how long errors of rows are kept after their month; then they are in `CATALOG_STORE`, compressed",
        example: "400")
    static let retentionUploadEventsDays = Setting(
        "CATALOG_RETENTION_UPLOAD_EVENTS_DAYS", .whole(90...36_500), fallback: "for ever",
        meaning: "the same for the timeline of uploads", example: "400")
    static let retentionVersionsDays = Setting(
        "CATALOG_RETENTION_VERSIONS_DAYS", .whole(90...36_500), fallback: "for ever",
        meaning: """
            the same for former versions of products, after the month of their end. Of moments that long ago the catalogue cannot be asked \
            for then, nor an upload undone
            """, example: "800")
    static let retentionActionsDays = Setting(
        "CATALOG_RETENTION_ACTIONS_DAYS", .whole(90...36_500), fallback: "for ever",
        meaning: "the same for `audit.actions` and `audit.row_versions`", example: "800")
    static let enrichRetentionDays = Setting(
        "CATALOG_ENRICH_RETENTION_DAYS", .whole(1...36_500), fallback: "for ever",
        meaning: """
            for how long the records, results and calls of an enrichment are kept after its end, and answers of providers at most; \
            counts stay. Results in the store and lists in buckets are left to rules of the bucket
            """, example: "90")
    static let retentionArrivalsDays = Setting(
        "CATALOG_RETENTION_ARRIVALS_DAYS", fallback: "`onboard=90,enrich=90,relay=30`",
        meaning: """
            for how long a pipeline remembers the objects that arrived, 30 days at least; those not named keep their default. An \
            object that is announced again later is a new one
            """, example: "relay=60")
}

extension RetentionSettings {
    /// What may be said about each table, by its full name.
    private static let variables = [
        "catalog.validation_errors": Setting.retentionErrorsDays, "catalog.former_errors": .retentionErrorsDays,
        "catalog.upload_events": .retentionUploadEventsDays, "catalog.product_versions": .retentionVersionsDays,
        "catalog.actions": .retentionActionsDays, "catalog.row_versions": .retentionActionsDays,
        "relay.members": .relayRetentionDays,
    ]

    init(_ variables: Variables) throws {
        self.init()
        for (table, setting) in Self.variables {
            guard case .whole(let range) = setting.form else { continue }
            keepDays[table] = try variables.whole(setting.name, in: range)
        }
    }
}

extension Variables {
    private static let arrivalDays = ["onboard": 90, "enrich": 90, "relay": 30]

    /// Days by pipeline, for which arrivals are remembered.
    func arrivalDays(_ name: String) throws -> [String: Int] {
        guard let value = self[name] else { return Self.arrivalDays }
        return try value.split(separator: ",").reduce(into: Self.arrivalDays) { pipelines, pair in
            let parts = pair.split(separator: "=").map { $0.trimmingCharacters(in: .whitespaces) }
            guard parts.count == 2, Self.arrivalDays[parts[0]] != nil, let days = Int(parts[1]),
                (ArrivalLifetimes.minimumDays...3650).contains(days)
            else {
                throw SettingsError(
                    name, value,
                    "expected for example onboard=90,relay=30, with \(ArrivalLifetimes.minimumDays) days at least")
            }
            pipelines[parts[0]] = days
        }
    }
}
