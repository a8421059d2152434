import Foundation
import Migrations
import Postgres
import TestSupport
import Testing

@testable import Catalog

/// What a page of the change feed costs, and that it has what it had when every page put all that was left in order.
@Suite(.timeLimit(.minutes(5))) struct ChangeFeedPageTests {
    /// Who asks, and for which vendor.
    struct Reader {
        let role: String
        let own: String
        let asked: String?

        init(_ role: String, own: String = "", asked: String? = nil) {
            (self.role, self.own, self.asked) = (role, own, asked)
        }

        var text: String { "\(role) \(own)\(asked ?? "")" }

        func begin(_ session: Session) throws {
            try session.execute(
                "select set_config('role', \(role)::text, true), set_config('catalog.vendor_id', \(own)::text, true)")
        }
    }

    private static let readers =
        ["V1", "V2", "V3", "V4"].flatMap { vendor in
            [
                Reader("catalog_vendor", own: vendor), Reader("catalog_auditor", asked: vendor),
                Reader("catalog_owner", asked: vendor),
            ]
        } + [Reader("catalog_owner"), Reader("catalog_auditor"), Reader("catalog_vendor")]

    // MARK: - Against the functions that there were

    /// The functions before pages were read by vendor, under names of their own.
    private static func formerFunctions() throws -> String {
        let file = try String(
            contentsOfFile: Project.file("sql/migrations/0091_read_feed_by_vendor.down.sql"), encoding: .utf8)
        let functions = file.matches(of: /(?s)create or replace function (?:catalog|audit)\..*?\n\$\$;\n/).map {
            String($0.0)
        }
        #expect(functions.count == 2)
        let renamed = functions.joined().replacing("feed_changes", with: "former_feed")
            .replacing("changes_since", with: "former_since")
        return """
            \(renamed)
            grant execute on function catalog.former_feed, audit.former_since to catalog_owner, catalog_vendor, catalog_auditor;
            """
    }

    /// Uploads of four vendors, of which the last never has one, and changes by hand of whatever is there, some in each tick.
    private static func write(_ session: Session, _ number: Int, seed: UInt64) throws {
        var generator = SeededGenerator(seed: 1000 * seed + UInt64(number))
        let vendor = "V\(min(Int.random(in: 1...5, using: &generator), 3))"
        let isUpload = Int.random(in: 0..<4, using: &generator) > 0
        if isUpload {
            try session.beginUpload(Upload(uploadID: "U\(number)", vendorID: vendor, fileName: "f", objectKey: "f"))
            try session.execute(ProductLoad.useUpload("U\(number)"))
        }
        let mine: Statement = isUpload ? "vendor_id = \(vendor)::text" : "true"
        for part in 0..<Int.random(in: 1...3, using: &generator) {
            let some = Int.random(in: 2...5, using: &generator)
            switch Int.random(in: 0..<(isUpload ? 4 : 8), using: &generator) {
            case 0, 1:
                try session.execute(
                    """
                    insert into catalog.products (vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity)
                    select \(vendor)::text, k, 'N', 'Audio', k, 1, 1
                    from (select \("P\(number)-\(part)-")::text || i from generate_series(1, \(some)::integer) i) keys (k)
                    """)
            case 2:
                try session.execute(
                    "update catalog.products set price = price + 1 where \(mine) and product_id % \(some)::integer = 0")
            case 3:
                try session.execute(
                    "delete from catalog.products where \(mine) and product_id % \(some * 3)::integer = 1")
            case 4:
                try session.execute(
                    "update catalog.products set vendor_id = \(vendor)::text where product_id % \(some * 5)::integer = 0"
                )
            case 5:
                try session.execute("update catalog.products set price = price + 2 where vendor_id = \(vendor)::text")
            case 6:
                try session.execute(
                    """
                    update catalog.products set product_id = nextval('catalog.products_product_id_seq')
                    where product_id = (select max(product_id) from catalog.products where vendor_id = \(vendor)::text)
                    """)
            default:
                try session.execute(
                    "update catalog.products set stock_quantity = stock_quantity + 1 where product_id % \(some)::integer = 1"
                )
            }
        }
    }

    /// Text of each event of a page.
    private static func page(_ function: String, _ cursor: String?, _ limit: Int, _ vendor: String?) -> Statement {
        """
        select c.cursor, c::text as event
        from audit.\(identifier: function)(\(cursor)::text, \(limit)::integer, \(vendor)::text) c
        """
    }

    /// Reads from a cursor to the end and compares each page.
    private static func compare(_ session: Session, from start: String?, limit: Int, _ vendor: String?) throws -> Int {
        var (cursor, events) = (start, 0)
        while true {
            let pages = try ["changes_since", "former_since"].map { function in
                try session.query(page(function, cursor, limit, vendor)).map {
                    (try $0.get("cursor", as: String.self), try $0.get("event", as: String.self))
                }
            }
            try #require(pages[0].map(\.1) == pages[1].map(\.1), "after \(cursor ?? "-"), \(limit)")
            events += pages[0].count
            guard let last = pages[0].last else { return events }
            cursor = last.0
        }
    }

    @Test(
        "Pages of random histories have what they had, whoever asks, however long they are and wherever they begin; so have those of before",
        arguments: [1, 2])
    func same(seed: UInt64) async throws {
        try await withDatabase(migrated: true) { conninfo in
            let migrator = Migrator(conninfo: conninfo, files: try .bundled())
            try await migrator.down(.to(version: 89))
            try await Connection.open(conninfo).closing { connection in
                try await connection.transaction { session in
                    _ = try session.addCategories(["Audio"])
                    for vendor in ["V1", "V2", "V3", "V4"] {
                        try session.addVendor(
                            Vendor(vendorID: vendor, vendorName: vendor, email: "\(vendor)@example.com"))
                    }
                }
                for number in 1...40 {
                    if number == 20 { try await migrator.up() }
                    try await connection.transaction { try Self.write($0, number, seed: seed) }
                    if number % 3 == 0 { try await connection.transaction { _ = try $0.tick() } }
                }
                try await connection.transaction { session in
                    try session.tick()
                    try session.executeScript(Self.formerFunctions())
                    #expect(try session.query("select from catalog.changes where vendor_id is not null").count > 20)
                    // As a session left it that had begun to write when the column came.
                    try session.execute("set local session_replication_role = replica")
                    try session.execute("update catalog.changes set vendor_id = null where change_id % 7 = 3")
                }
                try await compare(connection)
            }
        }
    }

    private func compare(_ connection: Connection) async throws {
        let heads = try await connection.run { session in
            try session.query(
                "select tick_id || '-' || left(encode(hash, 'hex'), 8) as cursor from catalog.ticks where tick_id % 5 = 1"
            ).map { try $0.get("cursor", as: String.self) }
        }
        for reader in Self.readers {
            let events = try await connection.transaction { session in
                try reader.begin(session)
                for head in heads { _ = try Self.compare(session, from: head, limit: 50, reader.asked) }
                return try [1, 7, 1000].map { try Self.compare(session, from: nil, limit: $0, reader.asked) }
            }
            #expect(Set(events).count == 1)
            #expect(
                (events[0] > 0) == !["V4", ""].contains(
                    reader.role == "catalog_vendor" ? reader.own : reader.asked ?? "-"))
        }
    }

    // MARK: - What a page costs

    /// 6,000 uploads, each of which changed a product and created one: every other one of V1, six of V3, none of V4, the others of V2. One
    /// more of V1, which changed 2,000 products and created as many. A tick for each. Then 300 changes by hand, of V2's products.
    private static let history = """
        set local session_replication_role = replica;
        insert into catalog.vendors (vendor_id, vendor_name, email) select 'V' || v, 'V', 'v@example.com' from generate_series(1, 4) v;
        insert into catalog.product_categories (category_name) values ('Audio');
        create temporary table plan on commit drop as
        select n, 'U' || n as upload, case when n % 2 = 1 then 'V1' when n % 1000 = 0 then 'V3' else 'V2' end as vendor,
            '2026-01-01'::timestamptz + n * interval '1 s' as at, case n when 6001 then 2000 else 1 end as products, 10000 * n as first
        from generate_series(1, 6001) n;
        insert into catalog.upload_history (upload_id, vendor_id, file_name, upload_timestamp) select upload, vendor, 'f', at from plan;
        insert into catalog.ticks (tick_id, at, changes, hash) select n, at, 1, sha256(upload::bytea) from plan;
        insert into catalog.changes (change_id, actor, upload_id, began_at, backend, tick_id, place, vendor_id)
        select n, 'upload', upload, at, 1, n, 2 * n, vendor from plan;
        insert into catalog.products
            (product_id, vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity, upload_id, made_by)
        overriding system value
        select first + i, vendor, first + i, 'N', 'Audio', first + i, 2, 1, upload, n from plan, generate_series(1, 2 * products) i;
        insert into catalog.created_products (change_id, first_product_id, last_product_id, version_id)
        select n, first + products + 1, first + 2 * products, n from plan;
        insert into catalog.product_versions (product_id, vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity, status,
            created_at, valid_from, valid_to, operation, superseded_by, changed_by, made_by, ended_by, format_id)
        select first + i, vendor, first + i, 'N', 'Audio', first + i, 1, 1, 'active', at, at, at, 'update', upload, 'service', 0, n, 1
        from plan, generate_series(1, products) i
        order by n, i;
        select setval('catalog.changes_change_id_seq', 6001);
        """

    private static let byHand: Statement = """
        do $$
        begin
            for n in 1..300 loop
                update catalog.products set price = price + 1 where product_id = 20000 * n + 1;
                commit;
            end loop;
            perform audit.tick();
        end
        $$
        """

    /// Rows and entries of indexes that this transaction has read so far.
    private static func read(_ session: Session) throws -> Int {
        try session.query(
            """
            select (
                (select sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) from pg_stat_xact_all_tables where schemaname = 'catalog')
                + (select sum(pg_stat_get_xact_tuples_returned(i.indexrelid))
                   from pg_index i join pg_class c on c.oid = i.indrelid
                   where c.relnamespace = 'catalog'::regnamespace))::bigint as rows
            """)[0].get("rows")
    }

    /// How many events a page of a hundred has, and how many rows and entries it took to read it.
    private static func cost(_ session: Session, after cursor: String?, _ vendor: String?) throws -> (
        events: Int, read: Int
    ) {
        let before = try read(session)
        let events = try session.changes(after: cursor, limit: 100, vendor: vendor).changes.count
        return (events, try read(session) - before)
    }

    @Test(
        "A page reads what is in it, whoever asks, wherever it begins, and whichever plan the session keeps",
        arguments: ["auto", "force_custom_plan", "force_generic_plan"])
    func cost(plans: String) async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { try $0.executeScript(Self.history) }
            try await connection.run { session in
                try session.execute(Self.byHand)
                try session.execute("analyze")
                try session.execute("select set_config('plan_cache_mode', \(plans)::text, false)")
            }
            let cursors = try await connection.run { session in
                try session.query(
                    """
                    select t.tick_id || p.part || left(encode(t.hash, 'hex'), 8) as cursor
                    from (values (1, '-'), (3000, '-'), (5900, '-'), (6001, '-'),
                        (6001, '-6001-1-' || (select max(version_id) from catalog.product_versions) || '-')) p (tick_id, part)
                    join catalog.ticks t using (tick_id)
                    order by 1
                    """
                ).map { try $0.get("cursor", as: String.self) }
            }
            for reader in Self.readers {
                // The last one is in what V1 created.
                let isOther = !["V1", nil].contains(reader.role == "catalog_vendor" ? reader.own : reader.asked)
                try await connection.transaction { session in
                    try reader.begin(session)
                    for cursor in [nil] + cursors.dropLast(isOther ? 1 : 0) {
                        let (events, read) = try Self.cost(session, after: cursor, reader.asked)
                        #expect(read <= 1500 + 30 * events, "\(reader.text): \(events) events after \(cursor ?? "-")")
                    }
                }
            }
        }
    }
}
