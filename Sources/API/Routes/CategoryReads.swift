package import Postgres

/// What is read of categories.
package enum CategoryReads {
    static let list: Statement =
        "select \(Shape.category.columns) from catalog.product_categories order by category_name"

    package static let active: Statement =
        "select category_name from catalog.product_categories where is_active order by category_name"

    static func select(_ name: String) -> Statement {
        "select \(Shape.category.columns) from catalog.product_categories where category_name = \(name)::text"
    }
}
