package import Postgres

/// The providers of this process: made when first asked for, made anew when their row changes.
///
/// Rows are read again after five seconds, so that a changed limit or setting needs no restart.
package actor ProviderRegistry {
    /// A provider and its row.
    struct Entry: Sendable {
        var row: ProviderRow
        var provider: any Provider
    }

    private let pool: Pool
    private let factory: ProviderFactory
    private var entries: [Entry] = []
    /// Those whose settings their adapters cannot use, by name: of another release, or changed in the table.
    private var unusable: [String: ProviderSettingsError] = [:]
    private var readAt: ContinuousClock.Instant?

    package init(pool: Pool, factory: ProviderFactory) {
        self.pool = pool
        self.factory = factory
    }

    /// All that can be used, in the order of their making.
    /// - Parameter names: those that are meant; none means all.
    /// - Throws: `ProviderSettingsError` if one that is meant cannot be used: another one is in nobody's way.
    func all(for names: [String]) async throws -> [Entry] {
        try await read()
        for name in names.isEmpty ? unusable.keys.sorted() : names {
            if let error = unusable[name] { throw error }
        }
        return entries
    }

    /// - Throws: `ProviderError` if there is none of this name any more, `ProviderSettingsError` if it cannot be used.
    func entry(_ name: String) async throws -> Entry {
        guard let entry = try await all(for: [name]).first(where: { $0.row.name == name }) else {
            throw ProviderError(.refused, "provider '\(name)' no longer exists")
        }
        return entry
    }

    private func read() async throws {
        if let readAt, ContinuousClock.now - readAt < .seconds(5) { return }
        let rows = try await pool.run { try $0.providers() }
        let old = Dictionary(uniqueKeysWithValues: entries.map { ($0.row.name, $0) })
        (entries, unusable) = ([], [:])
        for row in rows {
            do {
                let known = old[row.name].flatMap { $0.row.version == row.version ? $0.provider : nil }
                entries.append(Entry(row: row, provider: try known ?? factory.make(row)))
            } catch let error as ProviderSettingsError {
                unusable[row.name] = error
            }
        }
        readAt = .now
    }
}
