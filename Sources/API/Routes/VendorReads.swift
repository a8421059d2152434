import Postgres

/// What is read of vendors, with the rights of whoever asks.
enum VendorReads {
    static func page(_ values: InputValues, limit: Int) -> Statement {
        """
        select \(Shape.vendor.columns), vendor_id from catalog.vendors
        where \(.all(values.cursor.map { "vendor_id > \($0[0])::text" }))
        order by vendor_id
        \(.limit(limit))
        """
    }

    static func select(_ vendorID: String) -> Statement {
        "select \(Shape.vendor.columns) from catalog.vendors where vendor_id = \(vendorID)::text"
    }
}
