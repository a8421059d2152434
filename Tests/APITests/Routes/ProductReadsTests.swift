import Foundation
import Postgres
import TestSupport
import Testing

@testable import API

@Suite(.timeLimit(.minutes(2))) struct ProductReadsTests {
    /// The statements that the guide gives.
    private static func indexing() throws -> String {
        let guide = try String(contentsOfFile: Project.file("docs/operations/own-postgresql.md"), encoding: .utf8)
        let block = try #require(guide.firstMatch(of: /create extension pg_trgm;[^`]*/))
        return String(block.output).replacing("concurrently ", with: "")
    }

    @Test("Who makes the guide's index has texts found by it, and updates of prices stay in their page")
    func search() async throws {
        try await withConnection(migrated: true) { connection in
            let indexing = try Self.indexing()
            let (plan, hot) = try await connection.run { session in
                try session.executeScript(
                    """
                    insert into catalog.vendors (vendor_id, vendor_name, email) values ('V1', 'One', 'a@b');
                    insert into catalog.product_categories (category_name) values ('Audio');
                    \(indexing);
                    insert into catalog.products (vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity, brand)
                    select 'V1', 'P' || n, 'Thing ' || md5(n::text), 'Audio', 'S' || n, 1, 1, 'Brand ' || n % 10
                    from generate_series(1, 5000) n;
                    """)
                try session.executeScript("update catalog.products set price = 2; select pg_stat_force_next_flush()")
                try session.executeScript("vacuum analyze catalog.products")
                let values = try InputValues([("q", "28dd2c7955")], [Input("q", .text(atMost: 100), "")])
                let plan = try session.query("explain \(ProductReads.page(values, limit: 10))").compactMap { $0[0] }
                let hot = try session.query(
                    "select n_tup_hot_upd > 0.9 * n_tup_upd from pg_stat_user_tables where relid = 'catalog.products'::regclass"
                )
                return (plan.joined(separator: "\n"), hot[0][0])
            }
            #expect(plan.contains("products_search_idx"), "\(plan)")
            #expect(hot == "t")
        }
    }
}
