import Postgres
import TestSupport
import Testing

@testable import Catalog

@Suite(.timeLimit(.minutes(5))) struct RowLevelSecurityTests {
    /// Two vendors with products, past images, uploads, errors and events each.
    private func seed(_ session: Session) throws {
        try session.seed()
        for vendor in ["V1", "V2"] {
            let id = "U-\(vendor)"
            try session.beginUpload(Upload(uploadID: id, vendorID: vendor, fileName: "f", objectKey: "f"))
            try session.addEvent(id, .started(mode: .create, policy: .loadValid))
            try session.addNotification(id, recipient: nil)
            _ = try session.putMapping(vendor, "m", json: "{}")
            let rule = try CustomRule(.brand, .required, vendorID: vendor)
            try session.noteRules([try session.putRule("rule-of-\(vendor)", rule).0], of: id)
            try session.recordHeader(["a"], sha256: String(repeating: "0", count: 64), of: "m", vendor)
            try session.execute(
                """
                insert into catalog.validation_errors
                    (upload_id, row_number, line_number, error_type, error_message, original_data)
                values (\(id)::text, 1, 2, 'INVALID_PRICE', 'x', '{}')
                """)
            try session.execute(CorrectedRow.put(id, [1], cells: ["{}"]))
            try session.execute(Upload.setErrorsAside(id, attempt: 1))
            try session.execute(
                """
                insert into catalog.validation_errors
                    (upload_id, row_number, line_number, error_type, error_message, original_data)
                values (\(id)::text, 1, 2, 'INVALID_PRICE', 'x', '{}')
                """)
            try session.execute(
                """
                update catalog.upload_history
                set status = 'partial', total_records = 2, valid_records = 1, error_records = 1, created_records = 1, updated_records = 0,
                    unchanged_records = 0, completed_at = clock_timestamp()
                where upload_id = \(id)::text
                """)
        }
        try session.execute("update catalog.products set price = price + 1")
        try session.tick()
    }

    @Test("A vendor finds not one foreign row in any table or view, and nothing without its id")
    func vendorSeesOwnRows() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try seed(session)
                try session.execute("set local role catalog_vendor")
                for vendor in ["V1", "V2", ""] {
                    try session.execute("select set_config('catalog.vendor_id', \(vendor)::text, true)")
                    for relation in Self.withVendor {
                        let rows = try session.query("select vendor_id::text as vendor_id from \(raw: relation)")
                        let seen = Set(try rows.map { try $0.get("vendor_id", as: String.self) })
                        #expect(seen == (vendor.isEmpty ? [] : [vendor]), "\(relation)")
                    }
                    for relation in Self.withUpload {
                        let rows = try session.query("select upload_id::text as id from \(raw: relation)")
                        let seen = Set(try rows.map { try $0.get("id", as: String.self) })
                        #expect(seen == (vendor.isEmpty ? [] : ["U-\(vendor)"]), "\(relation)")
                    }
                }
            }
        }
    }

    private static let withUpload = [
        "catalog.validation_errors", "catalog.corrections", "catalog.upload_events", "catalog.former_errors",
        "audit.errors_of_attempts",
    ]
    private static let withVendor = [
        "catalog.vendors", "catalog.products", "catalog.product_versions", "catalog.upload_history", "audit.uploads",
        "audit.upload_errors", "audit.vendor_quality", "audit.error_counts", "catalog.vendor_totals",
        "catalog.upload_error_counts", "catalog.mappings", "catalog.mapping_headers", "audit.mappings",
        "catalog.rules", "audit.rules", "audit.upload_rules",
        "audit.changes_since()", "audit.products_as_of(now() + interval '1 day')",
    ]

    @Test("Every table, view and function a vendor may reach is in these tests")
    func nothingForgotten() async throws {
        try await withConnection(migrated: true) { connection in
            let reachable = try await connection.run { session in
                try session.query(
                    """
                    select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
                    where c.relkind in ('r', 'p', 'v', 'm') and n.nspname not in ('pg_catalog', 'information_schema')
                      and has_table_privilege('catalog_vendor', c.oid, 'select')
                    """
                ).map { try $0.get("name", as: String.self) }
            }
            let tested = Self.withVendor + Self.withUpload
            let harmless = [
                "catalog.product_categories", "migrations.applied", "migrations.applied_statements",
                "migrations.repeatables", "migrations.instances",
                // Which numbers a change gave, no products.
                "catalog.created_products",
            ]
            #expect(Set(reachable).subtracting(tested).subtracting(harmless).isEmpty)
        }
    }

    @Test("A vendor writes nothing and does not reach partitions or the outbox by name")
    func vendorWritesNothing() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { try seed($0) }
            let partition = try await connection.run { session in
                try session.query(
                    "select max(inhrelid::regclass::text) as name from pg_inherits where inhparent = 'catalog.validation_errors'::regclass"
                )[0]
                .get("name", as: String.self)
            }
            for statement: Statement in [
                "update catalog.products set price = 1", "delete from catalog.products",
                "insert into catalog.product_categories (category_name) values ('x')",
                "select * from \(raw: partition)", "select * from catalog.notifications",
                "select catalog.revert_upload('U-V1')", "select catalog.drop_error_partitions()",
            ] {
                let error = await #expect(throws: PostgresError.self, "\(statement)") {
                    try await connection.transaction { session in
                        try session.execute("set local role catalog_vendor")
                        try session.execute("set local catalog.vendor_id = 'V1'")
                        _ = try session.query(statement)
                    }
                }
                #expect(error?.sqlState == "42501", "\(statement)")
            }
        }
    }

    @Test("An auditor reads every vendor's history and changes nothing")
    func auditor() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { try seed($0) }
            let seen = try await connection.transaction { session in
                try session.execute("set local role catalog_auditor")
                return try session.query("select vendor_id from audit.uploads").count
            }
            #expect(seen == 2)
            await #expect(throws: PostgresError.self) {
                try await connection.transaction { session in
                    try session.execute("set local role catalog_auditor")
                    try session.execute("delete from catalog.upload_history")
                }
            }
        }
    }
}
