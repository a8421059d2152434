package import Postgres
import Text

/// The statements of `catalog.product_categories`.
enum Category {
    static func insert(_ names: [String]) -> Statement {
        """
        insert into catalog.product_categories (category_name)
        select distinct name from unnest(\(names)::text[]) name
        order by name
        on conflict (category_name) do update set is_active = true where not product_categories.is_active
        """
    }

    static func put(_ name: String, isActive: Bool) -> Statement {
        """
        insert into catalog.product_categories (category_name, is_active) values (\(name)::text, \(isActive)::boolean)
        on conflict (category_name) do update set is_active = excluded.is_active
        """
    }

    static func deactivate(_ name: String) -> Statement {
        "update catalog.product_categories set is_active = false where category_name = \(name)::text"
    }

    static let selectAll: Statement = """
        select category_name, is_active,
            (select count(*) from catalog.products p where p.category = c.category_name) as products
        from catalog.product_categories c order by category_name
        """

    static let selectActive: Statement = "select category_name from catalog.product_categories where is_active"
}

/// A category as an operator sees it.
package struct CategorySummary: Sendable, Codable {
    /// The name products refer to.
    package var name: String
    /// Whether rule 4 allows it.
    package var isActive: Bool
    /// How many products carry it.
    package var products: Int
}

extension Session {
    /// Approves categories; known but inactive ones become active again.
    /// - Returns: how many were added or re-activated.
    package func addCategories(_ names: [String]) throws -> Int {
        try execute(Category.insert(names.map { CanonicalKey.form($0.trimmed()) }))
    }

    /// Approves a category, known or not, or refuses it from now on. The name may be written in any form.
    /// - Returns: the name as rows are compared with it; nil if nothing is left of it.
    package func putCategory(_ name: String, isActive: Bool) throws -> String? {
        if !isActive, try execute(Category.deactivate(name)) == 1 { return name }
        let form = CanonicalKey.form(name.trimmed())
        guard !form.isEmpty else { return nil }
        try execute(Category.put(form, isActive: isActive))
        return form
    }

    /// Takes a category off the whitelist; its products stay. The name may be written in any form.
    /// - Returns: false if there is no such category.
    package func deactivateCategory(_ name: String) throws -> Bool {
        if try execute(Category.deactivate(name)) == 1 { return true }
        return try execute(Category.deactivate(CanonicalKey.form(name.trimmed()))) == 1
    }

    /// All categories by name.
    package func categories() throws -> [CategorySummary] {
        try query(Category.selectAll).map {
            try CategorySummary(
                name: $0.get("category_name"), isActive: $0.get("is_active"), products: $0.get("products"))
        }
    }

    /// What rule 4 allows now.
    package func categoryWhitelist() throws -> CategoryWhitelist {
        try CategoryWhitelist(query(Category.selectActive.prepared()))
    }
}

extension CategoryWhitelist {
    convenience init(_ rows: Rows) throws { try self.init(rows.map { try $0.get("category_name") }) }
}
