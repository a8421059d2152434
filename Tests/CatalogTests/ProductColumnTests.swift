import Foundation
import Postgres
import TestSupport
import Testing

@testable import Catalog

/// A column of a product is described once in Swift and added once in SQL.
@Suite(.timeLimit(.minutes(5))) struct ProductColumnTests {
    @Test(
        "A column that a migration adds has a history, is seen in time travel, comes back by revert, and can be dropped again"
    )
    func addColumn() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.execute("set local role catalog_owner")
                try session.execute("select catalog.add_product_column('color', 'varchar(50)')")
            }
            try await connection.transaction { session in
                try session.seedOffer()
                try session.execute("select set_config('catalog.upload_id', 'U1', true)")
                try session.execute("update catalog.products set color = 'blue'")
                try session.execute(
                    """
                    update catalog.upload_history set status = 'completed', completed_at = now(), total_records = 1,
                        valid_records = 1, error_records = 0, created_records = 0, updated_records = 1, unchanged_records = 0
                    """)
            }
            let read: @Sendable (Statement) async throws -> [String?] = { statement in
                try await connection.run { session in try session.query(statement).map { $0[0] } }
            }
            #expect(try await read("select color from catalog.product_versions") == ["red"])
            #expect(try await read("select color from audit.products_as_of(now() + interval '1 s')") == ["blue"])
            #expect(try await connection.transaction { try $0.revertUpload("U1") }.isEmpty)
            #expect(try await read("select color from catalog.products") == ["red"])
            #expect(
                try await read("select color from catalog.product_versions order by version_id") == ["red", "blue"])
            try await connection.transaction { session in
                try session.execute("set local role catalog_owner")
                try session.execute("select catalog.drop_product_column('color')")
                try session.execute("update catalog.products set price = 3")
            }
            #expect(try await read("select price::text from audit.products_as_of(now() + interval '1 s')") == ["3.00"])
        }
    }

    @Test(
        "The table has the columns of ProductField, in its order, with its bounds, and lets the optional ones be null")
    func table() async throws {
        let columns = try await withConnection(migrated: true) { connection in
            try await connection.run { session in
                try session.query(
                    """
                    select attname, attnotnull::text, format_type(atttypid, atttypmod) as type
                    from pg_attribute where attrelid = 'catalog.products'::regclass and attnum > 0 and not attisdropped
                    order by attnum
                    """
                ).map { ($0[0]!, $0[1] == "true", $0[2]!) }
            }
        }
        let known = columns.filter { ProductField(column: $0.0) != nil }
        #expect(known.map(\.0) == ProductField.allCases.map(\.column))
        for (name, isRequired, type) in known {
            let field = ProductField(column: name)!
            #expect(isRequired == field.isRequired, "\(name)")
            if let limit = field.rule.maximumLength { #expect(type == "character varying(\(limit))", "\(name)") }
            if let decimals = field.decimals, decimals > 0 { #expect(type == "numeric(10,\(decimals))", "\(name)") }
        }
    }

    @Test("The messages of numbers are made of their bounds")
    func bounds() {
        #expect(DecimalRule.money.text(DecimalRule.money.minimum) == "0.01")
        #expect(DecimalRule.money.text(DecimalRule.money.maximum) == "999999.99")
        #expect(DecimalRule.weight.text(DecimalRule.weight.maximum) == "9999999.999")
        #expect(DecimalRule.weight.text(0) == "0" && DecimalRule.stock.text(1_000_000) == "1000000")
    }
}

extension Session {
    fileprivate func seedOffer() throws {
        try addVendor(Vendor(vendorID: "V1", vendorName: "One", email: "a@b"))
        _ = try addCategories(["Audio"])
        try execute(
            """
            insert into catalog.upload_history (upload_id, vendor_id, file_name, status, mode)
            values ('U1', 'V1', 'f.csv', 'processing', 'upsert')
            """)
        try execute(
            """
            insert into catalog.products (vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity, color)
            values ('V1', 'P1', 'N', 'Audio', 'S1', 1, 1, 'red')
            """)
    }
}
