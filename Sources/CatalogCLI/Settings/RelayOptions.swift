import AWS
import Foundation
import Relay

/// The relay's part of the environment.
struct RelayOptions: Sendable {
    /// Nil: this process does not relay.
    var target: (any RelayTarget)?
    var settings = RelaySettings()

    /// Bytes that a target takes in a second at least, unless said otherwise.
    static let slowest = 10_000

    /// How long an archive may be on its way: it shows no progress meanwhile.
    var longestUpload = Duration.zero

    init() {}

    init(_ variables: Variables) throws {
        target = try Self.target(variables, try Self.credentials(variables))
        settings.window = try variables.seconds("CATALOG_RELAY_WINDOW_SECONDS", in: 10...3600) ?? settings.window
        if let bytes = try variables.whole("CATALOG_RELAY_ARCHIVE_BYTES", in: 1 << 20...5 << 30) {
            settings.archiveBytes = bytes
        }
        settings.compression = try variables.choice("CATALOG_RELAY_COMPRESSION") ?? settings.compression
        settings.ageBound = try variables.seconds("CATALOG_RELAY_AGE_SECONDS", in: 60...604_800) ?? settings.ageBound
        settings.readsBack = try variables.isOn("CATALOG_RELAY_READ_BACK") ?? settings.readsBack
        settings.threads = ProcessInfo.processInfo.activeProcessorCount
        longestUpload = .seconds(60 + settings.archiveBytes / (try Self.slowest(variables)))
    }

    private static func slowest(_ variables: Variables) throws -> Int {
        try variables.whole("CATALOG_RELAY_SLOWEST_BYTES", in: 1000...1_000_000_000) ?? slowest
    }

    private static func target(_ variables: Variables, _ credentials: Credentials?) throws -> (any RelayTarget)? {
        guard let value = variables[RelayTargetText.name] else { return nil }
        if let folder = URL(setting: value) { return RelayFolder(root: folder) }
        return try RelayTargetText(value).bucket(
            RelayBucket(name: "", credentials: credentials, slowest: try slowest(variables)))
    }

    private static func credentials(_ variables: Variables) throws -> Credentials? {
        let names = ("CATALOG_RELAY_ACCESS_KEY_ID", "CATALOG_RELAY_SECRET_ACCESS_KEY")
        switch (variables[names.0], variables[names.1]) {
        case (nil, nil): return nil
        case (let id?, let secret?): return Credentials(accessKeyID: id, secretAccessKey: secret)
        case (let id?, nil): throw SettingsError(names.0, id, "set \(names.1) too")
        case (nil, _): throw SettingsError(names.1, "…", "set \(names.0) too")
        }
    }
}
