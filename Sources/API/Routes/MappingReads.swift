import Postgres

/// What is read of mappings, with the rights of whoever asks.
enum MappingReads {
    static func list(vendor id: String) -> Statement {
        """
        select \(Shape.mapping.columns) from catalog.mappings
        where vendor_id = \(id)::text and replaced_at is null order by name
        """
    }

    static func select(vendor id: String, _ name: String) -> Statement {
        """
        select \(Shape.mapping.columns) from catalog.mappings
        where vendor_id = \(id)::text and name = \(name)::text and replaced_at is null
        """
    }
}
