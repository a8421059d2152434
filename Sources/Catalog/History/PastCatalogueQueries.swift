package import Postgres

/// A product as it stood at a moment.
package struct PastProduct: Sendable, Equatable {
    package var vendorID: String
    package var productID: String
    package var name: String
    package var category: String
    package var sku: String
    package var price: String
    package var stock: Int
    package var status: String
    /// Since when: ISO 8601, UTC, to the second.
    package var since: String

    package var key: [String] { [vendorID, productID] }
}

/// A product that is not the same at two moments.
package struct ProductDifference: Sendable, Equatable {
    package enum Kind: String, Sendable { case added, removed, changed }

    package var vendorID: String
    package var productID: String
    package var kind: Kind
    /// Of a changed one: such as `price 1.50 → 2.00`.
    package var changes: [String]

    package var key: [String] { [vendorID, productID] }
}

/// A version of a product with the row of the file that it came from.
package struct ProductVersionTrace: Sendable, Equatable {
    package var price: String
    package var stock: Int
    package var name: String
    /// Whose hand or program: as `audit.actions` names actors.
    package var actor: String?
    package var uploadID: String?
    package var fileName: String?
    package var line: Int?
    /// ISO 8601, UTC, to the second.
    package var since: String?
    /// Nil for the version that is there now.
    package var until: String?
    package var endedBy: String?
}

/// The statements that ask the past, by `audit`'s functions and views.
enum PastCatalogue {
    /// A page by key; a moment as PostgreSQL reads it.
    static func select(at moment: String, vendor: String?, after key: [String]?, limit: Int) -> Statement {
        """
        select p.vendor_id, p.vendor_product_id, p.product_name, p.category, p.sku, p.price::text as price, p.stock_quantity, p.status,
            to_char(p.valid_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since
        from audit.products_as_of(\(moment)::timestamptz) p
        where \(condition(vendor, key))
        order by p.vendor_id, p.vendor_product_id
        limit \(limit)::integer
        """
    }

    /// What differs in anything but where it came from.
    static func compare(_ first: String, _ second: String, vendor: String?, after key: [String]?, limit: Int)
        -> Statement
    {
        """
        with was as (
            select p.vendor_id, p.vendor_product_id, \(image) as image
            from audit.products_as_of(\(first)::timestamptz) p where \(condition(vendor, key))
        ), became as (
            select p.vendor_id, p.vendor_product_id, \(image) as image
            from audit.products_as_of(\(second)::timestamptz) p where \(condition(vendor, key))
        )
        select vendor_id, vendor_product_id,
            case when w.image is null then 'added' when b.image is null then 'removed' else 'changed' end as kind,
            array(select f.key || ' ' || coalesce(f.value, '–') || ' → ' || coalesce(b.image ->> f.key, '–')
                from jsonb_each_text(w.image) f
                where b.image is not null and f.value is distinct from b.image ->> f.key order by f.key) as changes
        from was w full join became b using (vendor_id, vendor_product_id)
        where w.image is distinct from b.image
        order by vendor_id, vendor_product_id
        limit \(limit)::integer
        """
    }

    private static let image: Statement =
        "to_jsonb(p) - '{product_id,vendor_id,vendor_product_id,upload_id,valid_from,made_by,line_number}'::text[]"

    private static func condition(_ vendor: String?, _ key: [String]?) -> Statement {
        let conditions: [Statement?] = [
            vendor.map { "p.vendor_id = \($0)::text" },
            key.map { "(p.vendor_id, p.vendor_product_id) > (\($0[0])::text, \($0[1])::text)" },
        ]
        return conditions.compactMap(\.self).reduce("true") { "\($0) and \($1)" }
    }

    /// The newest version first.
    static func trace(vendor: String, product: String) -> Statement {
        """
        select r.price::text as price, r.stock_quantity, r.product_name, r.actor, r.upload_id, r.file_name, r.line_number,
            to_char(r.began_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since,
            to_char(r.ended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as until, r.ended_by_actor
        from audit.product_rows r
        where r.vendor_id = \(vendor)::text and r.vendor_product_id = \(product)::text
        order by r.version_id desc nulls first
        limit 1000
        """
    }
}

extension Session {
    /// The catalogue as it stood at a moment, a page by key.
    /// - Parameters:
    ///   - moment: ISO 8601.
    ///   - key: of the last product of the page before.
    package func catalogue(
        at moment: String, vendor: String? = nil, after key: [String]? = nil, limit: Int
    ) throws -> [PastProduct] {
        try query(PastCatalogue.select(at: moment, vendor: vendor, after: key, limit: limit)).map {
            try PastProduct(
                vendorID: $0.get("vendor_id"), productID: $0.get("vendor_product_id"), name: $0.get("product_name"),
                category: $0.get("category"), sku: $0.get("sku"), price: $0.get("price"),
                stock: $0.get("stock_quantity"), status: $0.get("status"), since: $0.get("since"))
        }
    }

    /// Products that are not the same at two moments, a page by key.
    package func catalogueDifferences(
        from first: String, to second: String, vendor: String? = nil, after key: [String]? = nil, limit: Int
    ) throws -> [ProductDifference] {
        try query(PastCatalogue.compare(first, second, vendor: vendor, after: key, limit: limit)).map {
            try ProductDifference(
                vendorID: $0.get("vendor_id"), productID: $0.get("vendor_product_id"),
                kind: ProductDifference.Kind(rawValue: $0.get("kind")) ?? .changed, changes: $0.get("changes"))
        }
    }

    /// Where each version of a product came from, the newest first.
    package func productTrace(vendor: String, product: String) throws -> [ProductVersionTrace] {
        try query(PastCatalogue.trace(vendor: vendor, product: product)).map {
            try ProductVersionTrace(
                price: $0.get("price"), stock: $0.get("stock_quantity"), name: $0.get("product_name"),
                actor: $0.get("actor"), uploadID: $0.get("upload_id"), fileName: $0.get("file_name"),
                line: $0.get("line_number"), since: $0.get("since"), until: $0.get("until"),
                endedBy: $0.get("ended_by_actor"))
        }
    }
}
