package import Postgres
import Text

/// The statements that read products whole.
extension ProductSelection {
    /// In the order of the key, so that equal catalogues give equal files.
    var statement: Statement {
        """
        select \(raw: Self.list), p.attributes::text
        from \(source)
        where \(condition)
        order by p.vendor_id, p.vendor_product_id
        """
    }

    /// Which attributes they have. Products without are not in the index of attributes, which is all that is read where few have some.
    var attributeNames: Statement {
        """
        select distinct a.name collate "C" as name
        from \(source)
        cross join lateral jsonb_object_keys(p.attributes) a (name)
        where p.attributes is not null and \(condition)
        order by 1
        """
    }

    private var source: Statement {
        asOf.map { "audit.products_as_of(\($0)::timestamptz) p" } ?? "catalog.products p"
    }

    private var condition: Statement {
        let named: Statement = """
            (\(vendorID)::text is null or p.vendor_id = \(vendorID)::text)
              and (\(category)::text is null or p.category = \(category)::text)
            """
        return Statement.hasAttributes(attributes).map { "\(named) and \($0)" } ?? named
    }

    private static let list = columns.map { "p.\($0)" }.joined(separator: ", ")
}

extension Statement {
    /// The condition that a product has all of these attributes, in the form that their index knows; nil for none.
    /// - Parameter attributes: values by names in any form, as they may stand in a file.
    package static func hasAttributes(_ attributes: [String: String]) -> Statement? {
        guard !attributes.isEmpty else { return nil }
        let attributes = Dictionary(
            attributes.map { (AttributeName.of(column: AttributeName.column($0)).name, $1) },
            uniquingKeysWith: { first, _ in first })
        var json = JSONWriter()
        json.object(attributes)
        return "attributes @> \(json.text)::jsonb"
    }
}

extension Session {
    /// Lends the selected products one by one. Needs a transaction if they are to be those of one moment together with other reads.
    /// - Throws: what `body` throws; `PostgresError`, 22007 or 22008 where `asOf` is no moment.
    package func streamProducts(_ selection: ProductSelection, _ body: (Row) throws -> Void) throws {
        try stream(selection.statement, body)
    }

    /// Names of all attributes that the selected products have, in the order of their bytes.
    /// - Throws: as `streamProducts`.
    package func attributeNames(_ selection: ProductSelection) throws -> [String] {
        try query(selection.attributeNames).map { try $0.get("name") }
    }
}
