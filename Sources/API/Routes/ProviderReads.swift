import Postgres

/// What is read of providers.
enum ProviderReads {
    /// - Parameter name: nil for all.
    static func select(_ name: String?) -> Statement {
        """
        select \(Shape.provider.columns) from enrichment.providers p join enrichment.buckets b using (provider)
        where \(name)::text is null or p.provider = \(name)::text order by p.created_at, p.provider
        """
    }
}
