import Postgres

/// What is read of mappings of columns.
enum ContactMappingReads {
    /// - Parameter name: nil for all.
    static func select(_ name: String?) -> Statement {
        """
        select \(Shape.contactMapping.columns) from enrichment.mappings
        where replaced_at is null and (name = \(name)::text or \(name)::text is null) order by name
        """
    }
}
