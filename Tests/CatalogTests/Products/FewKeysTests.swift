import Postgres
import TestSupport
import Testing

@testable import Catalog

@Suite(.timeLimit(.minutes(2))) struct FewKeysTests {
    /// Of `catalog.products`, read by the transaction so far.
    private static let rowsRead: Statement = """
        select seq_tup_read + coalesce(idx_tup_fetch, 0) as rows from pg_stat_xact_user_tables where relid = 'catalog.products'::regclass
        """

    @Test("Few keys are looked up one by one, also of a vendor whom the planner takes for new")
    func fewKeys() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let connection = try await Connection.open(conninfo)
            try await connection.run { session in
                _ = try session.addCategories(["Audio"])
                try session.execute("alter table catalog.products set (autovacuum_enabled = false)")
                for (vendor, count, statistics) in [("V1", 10_000, true), ("V2", 5000, false)] {
                    try session.addVendor(Vendor(vendorID: vendor, vendorName: vendor, email: "a@example.com"))
                    try session.execute(
                        """
                        insert into catalog.products (vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity)
                        select \(vendor)::text, 'P' || n, 'N', 'Audio', \(vendor)::text || n, 1, 1
                        from generate_series(1, \(count)::integer) n
                        """)
                    if statistics { try session.execute("analyze catalog.products") }
                }
            }
            let (taken, read) = try await connection.transaction { session in
                // The last two are held: one by its SKU, one by its vendor product ID.
                let names = (0..<48).map { ("new\($0)", "new\($0)") } + [("new48", "V17"), ("P9", "new49")]
                var rows = names.enumerated().makeIterator()
                var lent: [UnsafeMutableRawBufferPointer] = []
                defer { for bytes in lent { bytes.deallocate() } }
                let keys = try session.collectKeys {
                    rows.next().map { row in
                        lent += [Self.copy(row.element.0), Self.copy(row.element.1)]
                        return RowKeys(
                            row: row.offset, vendorProductID: .init(lent[lent.count - 2]),
                            sku: .init(lent[lent.count - 1]))
                    }
                }
                let before: Int = try session.query(Self.rowsRead)[0].get("rows")
                var taken: [Int: ProductField] = [:]
                try session.forEachTakenKey(of: keys, vendorID: "V2", mode: .create) { taken[$0] = $1 }
                return (taken, try session.query(Self.rowsRead)[0].get("rows", as: Int.self) - before)
            }
            await connection.close()
            #expect(taken == [48: .sku, 49: .vendorProductID])
            #expect(read < 500, "\(read) rows of 15,000")
        }
    }

    private static func copy(_ text: String) -> UnsafeMutableRawBufferPointer {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: text.utf8.count, alignment: 1)
        copy.copyBytes(from: text.utf8)
        return copy
    }
}
