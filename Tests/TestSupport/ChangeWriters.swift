package import Postgres

/// Sessions that create, change, delete, move and bring back products at once, and one that makes ticks.
///
/// The database must have the vendors V1 and V2 and the category Audio.
package enum ChangeWriters {
    /// Returns when every writer has done its transactions and all of them are in ticks.
    package static func run(_ conninfo: String, writers: Int, transactions: Int, seed: UInt64) async throws {
        let ticking = Task { try await keepTicking(conninfo) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 1...writers {
                group.addTask {
                    try await write(
                        conninfo, writer, transactions, SeededGenerator(seed: seed &+ UInt64(writer)))
                }
            }
            try await group.waitForAll()
        }
        ticking.cancel()
        try await ticking.value
        try await Connection.open(conninfo).closing { connection in
            try await connection.run { _ = try $0.query("select audit.tick()") }
        }
    }

    private static func keepTicking(_ conninfo: String) async throws {
        try await Connection.open(conninfo).closing { connection in
            while !Task.isCancelled {
                // A task of its own: a tick is made to its end.
                try await Task { try await connection.run { _ = try $0.query("select audit.tick()") } }.value
            }
        }
    }

    private static func write(
        _ conninfo: String, _ writer: Int, _ transactions: Int, _ generator: SeededGenerator
    ) async throws {
        var generator = generator
        try await Connection.open(conninfo).closing { connection in
            for number in 1...transactions {
                let statements = (0..<Int.random(in: 1...3, using: &generator)).map { part in
                    statement("\(writer)-\(number)-\(part)", Int.random(in: 0..<8, using: &generator), writer)
                }
                do {
                    try await connection.transaction { session in
                        for statement in statements { try session.execute(statement) }
                    }
                } catch let error as PostgresError where ["40P01", "23505"].contains(error.sqlState) {
                    // Writers that met: the transaction of one of them was undone.
                }
            }
        }
    }

    /// One of some eight ways to write. What is shared by all writers is looked for without waiting, what was there before with.
    private static func statement(_ name: String, _ kind: Int, _ writer: Int) -> Statement {
        let vendor = writer % 2 == 0 ? "V1" : "V2"
        switch kind {
        case 0, 1:
            return """
                insert into catalog.products (vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity)
                select \(vendor)::text, \(name)::text || i, 'N', 'Audio', \(name)::text || i, 1, 1 from generate_series(1, 3) i
                """
        case 2, 3:
            return """
                update catalog.products set price = price + 1, stock_quantity = 7
                where product_id in (select product_id from catalog.products order by random() limit 3)
                """
        case 4:
            return """
                delete from catalog.products
                where product_id in (select product_id from catalog.products order by random() limit 1)
                """
        case 5:
            // Takes the SKU of one that goes.
            return """
                with gone as (
                    delete from catalog.products
                    where product_id = (select max(product_id) from catalog.products where vendor_id = \(vendor)::text)
                    returning sku
                )
                insert into catalog.products (vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity)
                select \(vendor)::text, \(name)::text, 'N', 'Audio', left(sku, 80) || '-again', 1, 1 from gone
                """
        case 6:
            guard writer % 3 != 0 else {
                return """
                    update catalog.products set product_id = nextval('catalog.products_product_id_seq')
                    where product_id = (select product_id from catalog.products order by random() limit 1)
                    """
            }
            return """
                update catalog.products set vendor_id = case vendor_id when 'V1' then 'V2' else 'V1' end
                where product_id = (select product_id from catalog.products order by random() limit 1)
                """
        default:
            // Under the number it had, as a revert brings it back.
            return """
                insert into catalog.products (product_id, vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity)
                select v.product_id, v.vendor_id, \(name)::text, 'N', 'Audio', \(name)::text, 5, 1
                from catalog.product_versions v
                where not exists (select from catalog.products p where p.product_id = v.product_id)
                order by v.version_id desc limit 1
                """
        }
    }

    /// What the feed must have, found from the images without it: change, product and operation, as text.
    package static let expected: Statement = """
        with images as (
            select product_id, made_by, null::bigint as ended_by from catalog.products
            union all
            select product_id, made_by, ended_by from catalog.product_versions
        ), touched as (
            select made_by as change_id, product_id from images union select ended_by, product_id from images where ended_by is not null
        ), found as (
            select t.*,
                exists (select from images i where i.product_id = t.product_id and i.ended_by = t.change_id and i.made_by <> t.change_id) as was,
                exists (select from images i
                        where i.product_id = t.product_id and i.made_by = t.change_id and i.ended_by is distinct from t.change_id) as is
            from touched t
            where t.change_id <> 0
        )
        select f.change_id || ' ' || f.product_id || ' '
            || case when f.was and f.is then 'changed' when f.is then 'created' else 'deleted' end as event
        from found f
        where f.was or f.is
        """
}
