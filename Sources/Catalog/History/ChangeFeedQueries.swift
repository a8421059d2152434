package import Postgres

/// The statements of the change feed.
package enum ChangeFeed {
    /// Told once for each tick, with its number.
    package static let channel = "catalog.changes"

    /// The cursor that means: behind all there is now.
    package static let now = "now"

    /// The events behind a cursor and, in each row, the cursor behind all there was when this was asked, in one snapshot: who has read
    /// fewer events than `limit` goes on from there. One row of NULLs but for it if there is no event.
    /// - Parameters:
    ///   - cursor: of the last event that was read, or `now`; nil begins with the first.
    ///   - vendor: whose products; nil takes all that the role may see.
    ///   - columns: of the row `c`.
    package static func page(after cursor: String?, limit: Int, vendor: String?, columns: Statement) -> Statement {
        """
        select h.head, \(columns)
        from (select audit.changes_head() as head) h
        left join lateral audit.changes_since(
            case \(cursor)::text when \(now)::text then h.head else \(cursor)::text end, \(limit)::integer, \(vendor)::text) c on true
        """
    }

    /// A product of an event as JSON, spelled as all of ours is.
    /// - Parameter row: SQL of the row as the feed has it.
    package static func image(_ row: Statement) -> Statement {
        func time(_ name: Statement) -> Statement { .timestamp("(\(row) ->> \(name))::timestamptz") }
        return """
            catalog.camel_case(\(row) || jsonb_build_object(
                'created_at', \(time("'created_at'")), 'valid_from', \(time("'valid_from'"))))
            """
    }

    fileprivate static let columns: Statement = """
        c.cursor, c.operation, c.vendor_id, c.vendor_product_id, c.product_id, c.change_id, c.upload_id,
        \(.timestamp("c.seen_at")) as seen_at,
        array(select catalog.camel_case(f) from unnest(c.fields) f) as fields,
        \(image("c.before"))::text as before, \(image("c.after"))::text as after
        """
}

extension Session {
    /// The next events of the change feed, and the cursor to go on from.
    /// - Parameters:
    ///   - cursor: of the last event that was read, or `now`; nil begins with the first.
    ///   - vendor: whose products; nil takes all that the role may see.
    /// - Throws: `PostgresError` 22023 if the cursor is none, or of another history.
    package func changes(
        after cursor: String?, limit: Int, vendor: String? = nil
    ) throws -> (changes: [ProductChange], next: String) {
        let rows = try query(
            ChangeFeed.page(after: cursor, limit: limit, vendor: vendor, columns: ChangeFeed.columns))
        let changes = try rows.compactMap { row in
            try row.get("cursor", as: String?.self).map { try ProductChange(row, cursor: $0) }
        }
        let head = try rows[0].get("head", as: String.self)
        return (changes, changes.count == limit ? changes.last?.cursor ?? head : head)
    }
}

extension ProductChange {
    fileprivate init(_ row: Row, cursor: String) throws {
        self.init(
            cursor: cursor, operation: try row.get("operation"), vendorID: try row.get("vendor_id"),
            vendorProductID: try row.get("vendor_product_id"), productID: try row.get("product_id"),
            changeID: try row.get("change_id"), uploadID: try row.get("upload_id"), seenAt: try row.get("seen_at"),
            fields: try row.get("fields"), before: try row.get("before"), after: try row.get("after"))
    }
}
