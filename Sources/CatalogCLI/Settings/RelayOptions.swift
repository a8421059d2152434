import AWS
import Foundation
import Relay

/// The relay's part of the environment.
struct RelayOptions: Sendable {
    /// By name; the empty one is `CATALOG_RELAY_TARGET`. Without any this process does not relay.
    var targets: [String: any RelayTarget] = [:]
    var settings = RelaySettings()

    /// Bytes that a target takes in a second at least, unless said otherwise.
    static let slowest = 10_000

    /// How long an archive may be on its way: it shows no progress meanwhile.
    var longestUpload = Duration.zero

    init() {}

    init(_ variables: Variables) throws {
        targets = try Self.targets(variables)
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

    private static func targets(_ variables: Variables) throws -> [String: any RelayTarget] {
        let named = try variables.relayTargets()
        let pairs = try ([""] + named).compactMap { name in try target(name, variables).map { (name, $0) } }
        return Dictionary(uniqueKeysWithValues: pairs)
    }

    private static func target(_ name: String, _ variables: Variables) throws -> (any RelayTarget)? {
        let variable = UnknownTarget.variable(of: name)
        let credentials = try credentials(name, variables)
        guard let value = variables[variable] else { return nil }
        if let folder = URL(setting: value) { return RelayFolder(root: folder) }
        return try RelayTargetText(variable, value).bucket(
            RelayBucket(name: "", credentials: credentials, slowest: try slowest(variables)))
    }

    /// Those of one target are shown to no other.
    private static func credentials(_ name: String, _ variables: Variables) throws -> Credentials? {
        let end = UnknownTarget.variable(of: name).dropFirst("CATALOG_RELAY_TARGET".count)
        let names = ("CATALOG_RELAY_ACCESS_KEY_ID\(end)", "CATALOG_RELAY_SECRET_ACCESS_KEY\(end)")
        switch (variables[names.0], variables[names.1]) {
        case (nil, nil): return nil
        case (let id?, let secret?): return Credentials(accessKeyID: id, secretAccessKey: secret)
        case (let id?, nil): throw SettingsError(names.0, id, "set \(names.1) too")
        case (nil, _): throw SettingsError(names.1, "…", "set \(names.0) too")
        }
    }
}

extension Variables {
    /// Names of the targets that routes may name, in their order.
    /// - Throws: `SettingsError` for a name that no route could give, and for keys of a target that is not there.
    func relayTargets() throws -> [String] {
        let targets = try relayNames(behind: "CATALOG_RELAY_TARGET_")
        for prefix in ["CATALOG_RELAY_ACCESS_KEY_ID_", "CATALOG_RELAY_SECRET_ACCESS_KEY_"] {
            if let lonely = try relayNames(behind: prefix).first(where: { !targets.contains($0) }) {
                let variable = UnknownTarget.variable(of: lonely)
                throw SettingsError(prefix + lonely.uppercased().replacing("-", with: "_"), "…", "set \(variable) too")
            }
        }
        return targets
    }

    private func relayNames(behind prefix: String) throws -> [String] {
        try names(behind: prefix).map { end in
            let name = end.lowercased().replacing("_", with: "-")
            guard end == end.uppercased(), !end.contains("-"), RelayName.isPlain(name, length: RelayName.targetLength)
            else {
                throw SettingsError(
                    prefix + end, "…",
                    "a target's name is capital letters, digits and _, \(RelayName.targetLength) at most, a letter first"
                )
            }
            return name
        }
    }
}
