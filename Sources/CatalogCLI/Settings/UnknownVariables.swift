import Catalog

/// Variables that look like settings and are none: somebody meant one of them.
enum UnknownVariables {
    /// Read by what builds and tests this program, or by its children.
    private static let others: Set<String> = [
        "CATALOG_BINARY", "CATALOG_CHAOS", "CATALOG_LOAD_SECONDS", "CATALOG_MIGRATE_KILLS",
    ]

    /// Before the name of a target.
    private static let families = [
        "CATALOG_RELAY_TARGET_", "CATALOG_RELAY_ACCESS_KEY_ID_", "CATALOG_RELAY_SECRET_ACCESS_KEY_",
    ]

    /// A line for each, in the order of their names.
    static func warnings(_ environment: [String: String]) -> [String] {
        let ours = Set(
            environment.keys.filter { name in name.hasPrefix("CATALOG_") && !families.contains { name.hasPrefix($0) } }
        )
        guard !ours.isEmpty else { return [] }
        let known = SettingsReference.sections.flatMap { $0.settings.map(\.name) }
        let unknown = ours.subtracting(known).subtracting(others)
        guard !unknown.isEmpty else { return [] }
        let names = NearestName(known)
        return unknown.sorted().map { name in
            let hint = names.nearest(to: name).map { "did you mean \($0)?" }
            return "\(name) is not a setting and is ignored: \(hint ?? "docs/reference/settings.md lists all")"
        }
    }
}
