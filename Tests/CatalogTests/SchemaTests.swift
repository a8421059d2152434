import Foundation
import Migrations
import Postgres
import TestSupport
import Testing

@testable import Catalog

@Suite(.timeLimit(.minutes(5))) struct SchemaTests {
    @Test("sql/schema.sql is the schema that the migrations make; if not: scripts/dump-schema.sh")
    func schemaFile() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let dump = try await Subprocess.run(Project.file("scripts/dump-schema.sh"), [conninfo])
            #expect(dump.status == 0, "\(dump.error)")
            let file = try String(contentsOfFile: Project.file("sql/schema.sql"), encoding: .utf8)
            #expect(dump.output == file)
        }
    }

    @Test("Migrations can be undone one by one and made again")
    func downAndUp() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let migrator = Migrator(conninfo: conninfo, files: try .bundled())
            let undone = try await migrator.down(.to(version: 0))
            #expect(undone.count == migrator.files.migrations.count)
            #expect(try await migrator.up().count == undone.count)
        }
    }

    @Test("An ordinary owner of the database migrates: no superuser, no extension")
    func ordinaryOwner() async throws {
        try await withDatabase { conninfo in
            let connection = try await Connection.open(conninfo)
            let name = try await connection.run {
                try $0.query("select current_database() as name")[0].get("name", as: String.self)
            }
            let owner = "owner_of_\(name)"
            try await connection.run { session in
                try session.execute("create role \(identifier: owner) login createrole")
                try session.execute("alter database \(identifier: name) owner to \(identifier: owner)")
                // As on PostgreSQL 16, where the creator of a role may grant it.
                try session.executeScript("revoke create on schema public from public")
            }
            let asOwner = conninfo.replacing("user=postgres", with: "user=\(owner)")
            try await Migrator(conninfo: asOwner, files: .bundled()).up()
            let extensions = try await connection.run { session in
                try session.query("select extname from pg_extension where extname <> 'plpgsql'").count
            }
            #expect(extensions == 0)
            let ingesting = try await Connection.open(asOwner)
            try await ingesting.transaction { session in
                try session.addVendor(Vendor(vendorID: "V1", vendorName: "One", email: "a@b"))
            }
            await ingesting.close()
            try await connection.run { session in
                try session.execute("reassign owned by \(identifier: owner) to postgres")
                try session.execute("drop owned by \(identifier: owner)")
                try session.execute("drop role \(identifier: owner)")
            }
            await connection.close()
        }
    }

    @Test(
        "The database itself refuses what rules 2, 3 and 7 refuse",
        arguments: [
            ("price", "0"), ("price", "1000000"), ("price", "'NaN'"), ("stock_quantity", "-1"),
            ("stock_quantity", "1000001"),
            ("product_name", "repeat('x', 201)"), ("description", "repeat('x', 2001)"), ("sku", "''"),
            ("image_url", "'ftp://x'"), ("category", "'Unknown'"), ("vendor_id", "'NOBODY'"), ("weight_kg", "-1"),
        ])
    func checks(column: String, value: String) async throws {
        try await withConnection(migrated: true) { connection in
            await #expect(throws: PostgresError.self) {
                try await connection.transaction { session in
                    try session.seed()
                    try session.execute("update catalog.products set \(raw: column) = \(raw: value)")
                }
            }
        }
    }

    @Test("The timeline of an upload cannot be changed, and products cannot be truncated")
    func appendOnly() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.seed()
                try session.beginUpload(Upload(uploadID: "U1", vendorID: "V1", fileName: "f", objectKey: "f"))
                try session.addEvent("U1", .started(mode: .create, policy: .loadValid))
            }
            for statement: Statement in [
                "update catalog.upload_events set event = 'x'", "delete from catalog.upload_events",
                "truncate catalog.upload_events", "truncate catalog.products",
            ] {
                let error = await #expect(throws: PostgresError.self) {
                    try await connection.run { _ = try $0.execute(statement) }
                }
                #expect(error?.sqlState == "23001")
            }
        }
    }

    @Test(
        "Error partitions are dropped after their time, by their bounds, also where the server has analysed its catalogs"
    )
    func partitions() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.run { session in
                func count(_ statement: Statement) throws -> Int { try session.query(statement)[0].get("n") }
                try session.execute("drop table catalog.validation_errors_rest")
                for month in 1...9 {
                    try session.executeScript(
                        """
                        create table catalog.validation_errors_of_\(month) partition of catalog.validation_errors
                        for values from ('2024-\(month)-01') to ('2024-\(month + 1)-01');
                        alter table catalog.validation_errors_of_\(month) owner to catalog_owner
                        """)
                }
                // From about six partitions on the planner looked at the names of all relations first.
                try session.executeScript("analyze pg_class; analyze pg_inherits")
                #expect(try count("select count(*) as n from catalog.drop_error_partitions('90 days')") == 9)
                #expect(try count("select count(*) as n from relay.drop_member_partitions('4 days')") == 0)
            }
            await #expect(throws: PostgresError.self) {
                try await connection.run { _ = try $0.query("select catalog.drop_error_partitions('1 day')") }
            }
        }
    }
}

extension Session {
    /// Two vendors, two categories, one product each, by an upload that is forgotten.
    func seed() throws {
        let upload = Upload(uploadID: "U0", vendorID: "V1", fileName: "f", objectKey: "f")
        try beginUpload(upload)
        try execute(ProductLoad.useUpload(upload.uploadID))
        // What failed before it says more.
        defer { _ = try? execute("select set_config('catalog.upload_id', '', true)") }
        for (vendor, sku) in [("V1", "SKU-1"), ("V2", "SKU-2")] {
            try addVendor(Vendor(vendorID: vendor, vendorName: vendor, email: "\(vendor)@example.com"))
            _ = try addCategories(["Audio", "Toys"])
            try execute(
                """
                insert into catalog.products
                    (vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity, upload_id)
                values (\(vendor)::text, 'P1', 'Speaker', 'Audio', \(sku)::text, 10.00, 5, 'U0')
                """)
        }
        try execute("delete from catalog.upload_history where upload_id = 'U0'")
    }
}
