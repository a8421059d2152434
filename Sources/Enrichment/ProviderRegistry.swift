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
    private var readAt: ContinuousClock.Instant?

    package init(pool: Pool, factory: ProviderFactory) {
        self.pool = pool
        self.factory = factory
    }

    /// All of them, in the order of their making.
    func all() async throws -> [Entry] {
        if let readAt, ContinuousClock.now - readAt < .seconds(5) { return entries }
        let rows = try await pool.run { try $0.providers() }
        let old = Dictionary(uniqueKeysWithValues: entries.map { ($0.row.name, $0) })
        entries = try rows.map { row in
            if let entry = old[row.name], entry.row.version == row.version {
                return Entry(row: row, provider: entry.provider)
            }
            return Entry(row: row, provider: try factory.make(row))
        }
        readAt = .now
        return entries
    }

    /// - Throws: `ProviderError` if there is none of this name any more.
    func entry(_ name: String) async throws -> Entry {
        guard let entry = try await all().first(where: { $0.row.name == name }) else {
            throw ProviderError(.refused, "provider '\(name)' no longer exists")
        }
        return entry
    }
}
