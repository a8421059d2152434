import Catalog
package import Postgres
import Text

/// What is read of products, with the rights of whoever asks.
package enum ProductReads {
    /// In the order of the key, which an index has: a page costs as much as its rows, whatever comes before.
    package static func page(_ values: InputValues, limit: Int) -> Statement {
        let pattern = values.text("q").map { "%" + escaped($0) + "%" }
        let conditions: Statement = .all(
            values.text("vendor").map { "vendor_id = \($0)::text" },
            values.text("category").map { "category = \($0)::text" }, values.text("sku").map { "sku = \($0)::text" },
            .hasAttributes(values.attributes),
            pattern.map { "(product_name ilike \($0)::text or brand ilike \($0)::text)" },
            values.cursor.map { "(vendor_id, vendor_product_id) > (\($0[0])::text, \($0[1])::text)" })
        return """
            select \(Shape.product.columns), vendor_id, vendor_product_id
            from catalog.products
            where \(conditions)
            order by vendor_id, vendor_product_id
            \(.limit(limit))
            """
    }

    /// Whether a page may cost a walk through all products: no index helps. That of attributes helps staff; below row-level security a
    /// vendor's own products come first.
    static func isSearch(_ values: InputValues) -> Bool {
        values.text("q") != nil || values.text("category") != nil || !values.attributes.isEmpty
    }

    /// What stands for itself in a pattern.
    private static func escaped(_ text: String) -> String {
        text.escaping(["\\": "\\\\", "%": "\\%", "_": "\\_"])
    }

    static func select(vendor: String, product: String) -> Statement {
        """
        select \(Shape.product.columns) from catalog.products
        where vendor_id = \(vendor)::text and vendor_product_id = \(product)::text
        """
    }

    /// Asks the past too: the view of one product, so that it is found by its key.
    static func select(vendor: String, product: String, asOf seconds: Double) -> Statement {
        """
        select \(Shape.product.columns) from audit.products_as_of(to_timestamp(\(seconds)::float8))
        where vendor_id = \(vendor)::text and vendor_product_id = \(product)::text
        order by valid_from desc limit 1
        """
    }

    package static func history(vendor: String, product: String) -> Statement {
        "select \(Shape.productImage.columns) from audit.product_history(\(vendor)::text, \(product)::text)"
    }
}
