import Postgres
import TestSupport
import Testing

@testable import Catalog

/// What no version proves: rows that are current, uploads that ended, and their errors. Who owns their tables is found out, too.
@Suite(.timeLimit(.minutes(5))) struct HistorySealTests {
    /// Two products with a version each, an upload with two errors, and one whose second attempt succeeded; all of it sealed, with one change since.
    private static let past = """
        insert into catalog.upload_history (upload_id, vendor_id, file_name, status, file_sha256, object_version)
        values ('U1', 'V1', 'one.csv', 'processing', repeat('a', 64), 'v'), ('U2', 'V1', 'two.csv', 'processing', repeat('b', 64), 'v');
        insert into catalog.validation_errors (upload_id, row_number, line_number, error_type, error_message, original_data)
        select u, row, row + 1, 'INVALID_PRICE', 'x', '{"price": "a"}' from unnest(array['U1', 'U2']) u, generate_series(1, 2) row;
        update catalog.upload_history
        set status = 'partial', completed_at = clock_timestamp(), total_records = 3, valid_records = 1, error_records = 2,
            created_records = 1, updated_records = 0, unchanged_records = 0
        where upload_id = 'U1';
        update catalog.upload_history
        set status = 'failed', completed_at = clock_timestamp(), total_records = 2, valid_records = 0, error_records = 2,
            failure_type = 'UNREADABLE_FILE', failure_message = 'x'
        where upload_id = 'U2';
        insert into catalog.upload_events (upload_id, event) values ('U1', 'finished'), ('U2', 'failed');
        update catalog.products set price = 11;
        select audit.tick();
        select catalog.seal_uploads(10);
        insert into catalog.upload_events (upload_id, event) values ('U2', 'retried');
        with former as (delete from catalog.validation_errors where upload_id = 'U2' returning *)
        insert into catalog.former_errors
            (upload_id, attempt, error_id, row_number, line_number, error_type, error_message, original_data, created_at)
        select upload_id, 1, error_id, row_number, line_number, error_type, error_message, original_data, created_at from former;
        update catalog.upload_history
        set status = 'completed', completed_at = clock_timestamp(), total_records = 3, valid_records = 3, error_records = 0,
            created_records = 0, updated_records = 3, unchanged_records = 0, failure_type = null, failure_message = null, attempt = 2
        where upload_id = 'U2';
        insert into catalog.upload_events (upload_id, event) values ('U2', 'finished');
        select catalog.seal_products();
        select catalog.seal_uploads(10);
        update catalog.products set price = 12 where vendor_id = 'V2';
        select audit.tick();
        """

    private func with(_ body: (Connection) async throws -> Void) async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { try $0.seed() }
            for statement in Self.past.split(separator: ";\n") {  // A tick is a transaction of its own.
                try await connection.run { try $0.executeScript(String(statement)) }
            }
            try await body(connection)
        }
    }

    private func proof(_ connection: Connection) async throws -> HistoryProof {
        try await connection.transaction { try $0.verifyHistory() }
    }

    @Test("What changes as it should stays proved, seal after seal")
    func whole() async throws {
        try await with { connection in
            var proof = try await proof(connection)
            #expect(proof.problem == nil)
            #expect((proof.sealedProducts, proof.sealedUploads) == (2, 2))
            for script in [
                "delete from catalog.products where vendor_id = 'V2'",
                "update catalog.products set product_id = 2017, price = 13",
                "set role catalog_owner; select catalog.add_product_column('color', 'varchar(50)'); reset role",
                "update catalog.products set color = 'red'",
                "set role catalog_owner; select catalog.drop_product_column('color'); reset role",
            ] {
                for next in [script, "select audit.tick()", "select catalog.seal_products()"] {
                    try await connection.run { try $0.executeScript(next) }
                    proof = try await self.proof(connection)
                    #expect(proof.problem == nil, "\(next)")
                }
            }
            #expect(proof.sealedProducts == 1)
        }
    }

    @Test(
        "The first row that its owner changed without a version is named",
        arguments: [
            (
                "update catalog.products set price = 1 where product_id = 1",
                "product 1 (V1 P1) was changed without a version"
            ),
            (
                "update catalog.products set price = 1, made_by = 2 where product_id = 2",
                "product 2 (V2 P1) was changed without a version"
            ),
            ("delete from catalog.products where product_id = 1", "product 1 was deleted without a version"),
            (
                """
                insert into catalog.products (vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity, made_by)
                values ('V1', 'P7', 'N', 'Audio', 'S7', 1, 1, 1)
                """, "product 3 (V1 P7) was inserted without a version"
            ),
            (
                """
                insert into catalog.products
                    (product_id, vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity, made_by)
                overriding system value values (5000, 'V1', 'P7', 'N', 'Audio', 'S7', 1, 1, 1)
                """, "product 5000 (V1 P7) was inserted without a version"
            ),
            (
                """
                insert into catalog.products (vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity, made_by)
                values ('V1', 'P7', 'N', 'Audio', 'S7', 1, 1, 77)
                """, "product 3 (V1 P7) names change 77, which is missing"
            ),
        ])
    func products(script: String, expected: String) async throws {
        try await with { connection in
            // As the service's own login can.
            try await connection.run { session in
                try session.executeScript(
                    """
                    set session authorization catalog_app;
                    alter table catalog.products disable trigger user; \(script); alter table catalog.products enable trigger user;
                    reset session authorization
                    """)
            }
            #expect(try await proof(connection).problem == expected)
            // A block that changes is looked at before it is sealed anew.
            let sealed = try await connection.run { session in
                try session.execute("update catalog.products set stock_quantity = 7 where vendor_id = 'V2'")
                try session.execute("select audit.tick()")
                return try session.query("select coalesce(catalog.seal_products(), 'nothing')")[0][0] ?? ""
            }
            #expect(try await proof(connection).problem == expected)
            let isInBlock = expected.contains("without") && !expected.contains("5000")
            #expect(sealed == (isInBlock ? expected : "nothing"))
        }
    }

    @Test(
        "An upload or an error that is not as it was is named",
        arguments: [
            (
                "update catalog.upload_history set file_sha256 = repeat('c', 64) where upload_id = 'U1'",
                "upload U1 (one.csv) is not as it was"
            ),
            (
                "update catalog.upload_history set valid_records = 2, updated_records = 2, error_records = 1 where upload_id = 'U2'",
                "upload U2 (two.csv) is not"
            ),
            (
                "update catalog.upload_history set status = 'completed' where upload_id = 'U1'",
                "upload U1 (one.csv) is not as it was"
            ),
            (
                "update catalog.upload_history set status = 'reverted' where upload_id = 'U1'",
                "upload U1 (one.csv) is not as it was"
            ),
            (
                "update catalog.upload_history set completed_at = now() where upload_id = 'U1'; select catalog.seal_uploads(10)",
                "upload U1 (one.csv) was changed since it ended, and did not begin again"
            ),
            ("delete from catalog.upload_history where upload_id = 'U1'", "upload U1 (no file) is missing"),
            (
                "update catalog.validation_errors set error_message = 'y' where row_number = 2",
                "errors of upload U1 (one.csv) are not as they were written: of 2 rows 2 are there"
            ),
            (
                "delete from catalog.validation_errors where row_number = 1",
                "errors of upload U1 (one.csv) are not as they were written: of 2 rows 1 are there"
            ),
            (
                "delete from catalog.former_errors where row_number = 1",
                "errors of upload U2 (two.csv) are not as they were written: of 2 rows 1 are there"
            ),
            (
                "update catalog.upload_seals set errors = 1 where upload_id = 'U1'",
                "row 1 of catalog.upload_seals, or one written with it"
            ),
            ("delete from catalog.product_seals", "of 1 rows of catalog.product_seals from 1 on 0 are there"),
        ])
    func uploads(script: String, expected: String) async throws {
        try await with { connection in
            try await connection.run { try $0.executeScript("set session_replication_role = replica; \(script)") }
            let problem = try await proof(connection).problem
            #expect(problem?.hasPrefix(expected) == true, "\(problem ?? "nothing")")
        }
    }

    @Test("A seal whose marks were taken away, so that an earlier one or none would count, is named")
    func marks() async throws {
        try await with { connection in
            try await connection.run { session in
                try session.executeScript(
                    """
                    set session_replication_role = replica;
                    delete from catalog.products; update catalog.product_seals set marks = null;
                    set session_replication_role = origin
                    """)
            }
            #expect(
                try await proof(connection).problem
                    == "products from 0 to 999 are not looked at: their newest seal has lost its marks")
        }
    }

    @Test("Errors that left after their time are not missed; part of them is")
    func released() async throws {
        try await with { connection in
            try await connection.run { session in
                try session.executeScript(
                    """
                    insert into retention.released_partitions
                        (table_schema, table_name, partition_name, from_at, until_at, state, released_at)
                    values ('catalog', 'validation_errors', 'x', '-infinity', 'infinity', 'released', now());
                    delete from catalog.validation_errors where row_number = 1
                    """)
            }
            #expect(try await proof(connection).problem?.contains("of 2 rows 1 are there") == true)
            try await connection.run { try $0.executeScript("delete from catalog.validation_errors") }
            #expect(try await proof(connection).problem == nil)
        }
    }

    @Test(
        "A trigger that is off, gone or another is named",
        arguments: [
            (
                "alter table catalog.products disable trigger products_keep_updated_images",
                "keep_updated_images of catalog.products is disabled"
            ),
            (
                "alter table catalog.products enable replica trigger products_begin_image",
                "begin_image of catalog.products is disabled"
            ),
            ("drop trigger products_note_moved on catalog.products", "note_moved of catalog.products is missing"),
            (
                """
                drop trigger products_keep_deleted_images on catalog.products;
                create trigger products_keep_deleted_images after delete on catalog.products referencing old table as old_images
                    for each statement when (false) execute function catalog.keep_deleted_product_images()
                """, "keep_deleted_images of catalog.products is not as it was made"
            ),
        ])
    func triggers(script: String, expected: String) async throws {
        try await with { connection in
            try await connection.run { try $0.executeScript(script) }
            #expect(try await proof(connection).problem == "trigger products_\(expected)")
        }
    }
}
