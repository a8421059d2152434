import Postgres
import TestSupport
import Testing

@testable import Catalog

/// Whoever rewrites the past, with whatever rights, is found out.
@Suite(.timeLimit(.minutes(5))) struct HistoryProofTests {
    /// Four ticks: two products, and three changes of each.
    private func seed(_ connection: Connection) async throws {
        try await connection.transaction { session in
            try session.seed()
            try session.beginUpload(Upload(uploadID: "U1", vendorID: "V1", fileName: "f", objectKey: "f"))
            try session.addEvent("U1", .started(mode: .create, policy: .loadValid))
            try session.addEvent("U1", .cancelled(by: "somebody"))
            try session.recordAction("vendor add", object: "V1", isChange: true)
        }
        for price in 11...13 {
            try await connection.transaction { session in
                try session.execute("update catalog.products set price = \(price)::integer")
            }
            try await connection.transaction { _ = try $0.tick() }
        }
    }

    private func proof(_ connection: Connection, head: String? = nil) async throws -> HistoryProof {
        try await connection.transaction { try $0.verifyHistory(head: head) }
    }

    @Test("A history as it was written is proved, with its counts and its head")
    func whole() async throws {
        try await withConnection(migrated: true) { connection in
            try await seed(connection)
            let proof = try await proof(connection)
            #expect(proof.problem == nil)
            #expect((proof.ticks, proof.changes, proof.versions) == (4, 5, 6))
            #expect(try await self.proof(connection, head: proof.head).problem == nil)
            try await connection.transaction { session in
                try session.execute("delete from catalog.products")
                try session.tick()
            }
            let later = try await self.proof(connection, head: proof.head)
            #expect(later.problem == nil && later.head != proof.head && later.versions == 8)
        }
    }

    @Test(
        "The first row that was altered, taken out or moved is named",
        arguments: [
            (
                "update catalog.product_versions set price = 1 where version_id = 3",
                "version 3 of product 1 (V1 P1) is not as it was written"
            ),
            (
                "update catalog.product_versions set changed_by = 'nobody' where version_id in (3, 6)",
                "version 3 of product 1"
            ),
            ("update catalog.product_versions set ended_by = 2 where version_id = 3", "version 3 of product 1"),
            (
                "update catalog.product_versions set price = 1, format_id = null where version_id = 3",
                "version 3 of product 1"
            ),
            (
                "update catalog.product_versions set price = 1, format_id = 99 where version_id = 3",
                "version 3 of product 1"
            ),
            (
                "delete from catalog.product_versions where version_id = 4",
                "change 3 ended 2 versions, of which 1 are there"
            ),
            ("delete from catalog.changes where change_id = 3", "2 versions name change 3, which is missing"),
            (
                "update catalog.changes set actor = 'nobody' where change_id = 3",
                "tick 2, or a change or a seal in it, is not as it was written"
            ),
            (
                "update catalog.ticks set at = at - interval '1 hour' where tick_id = 2",
                "tick 2 is earlier than the one before it"
            ),
            (
                "update catalog.changes set tick_id = 1 where change_id = 3",
                "changes of tick 1 are missing, or too many"
            ),
            (
                """
                update catalog.product_versions set price = 1 where version_id = 3;
                update catalog.product_versions v set row_hash = h.hash
                from catalog.row_hashes((select max(format_id) from catalog.version_formats), 'v.version_id = 3') h where h.version_id = v.version_id and v.version_id = 3
                """, "change 3 did not end the versions that name it, or in another order"
            ),
            (
                "update catalog.upload_events set at = at - interval '1 hour' where event_id = 2",
                "row 2 of catalog.upload_events, or one written with it, is not as it was written"
            ),
            (
                "delete from catalog.upload_events where event_id = 2",
                "of 1 rows of catalog.upload_events from 2 on 0 are there"
            ),
            (
                "insert into catalog.actions (actor, database_user, action) values ('os:mallory', 'x', 'vendor add')",
                "1 rows of catalog.actions were not written as history is"
            ),
            ("update catalog.actions set actor = 'os:mallory'", "row 1 of catalog.actions, or one written with it"),
            (
                "update catalog.row_versions set after = '{}' where version_id = 1",
                "row 1 of catalog.row_versions, or one written with it"
            ),
            (
                "delete from catalog.actions; delete from catalog.seals where table_name = 'actions'",
                "tick 1, or a change or a seal in it"
            ),
            (
                """
                insert into catalog.history_releases (table_name, operation, partition_name, from_at, until_at, answers_from, rows, actor, database_user)
                values ('product_versions', 'release', 'x', '-infinity', 'infinity', '-infinity', 6, 'x', 'x');
                delete from catalog.product_versions
                """, "1 rows of catalog.history_releases were not written as history is"
            ),
            (
                "delete from catalog.changes where tick_id = 2; delete from catalog.product_versions where version_id in (3, 4); delete from catalog.ticks where tick_id = 2",
                "ticks from 2 to 2 are missing"
            ),
        ])
    func tampered(script: String, expected: String) async throws {
        try await withConnection(migrated: true) { connection in
            try await seed(connection)
            try await connection.run { try $0.executeScript("set session_replication_role = replica; \(script)") }
            let problem = try await proof(connection).problem
            #expect(problem?.hasPrefix(expected) == true, "\(problem ?? "nothing")")
        }
    }

    @Test("Who rewrites everything to the end is found out by a head that was kept")
    func rewritten() async throws {
        try await withConnection(migrated: true) { connection in
            try await seed(connection)
            let head = try await proof(connection).head
            try await connection.run { session in
                try session.executeScript(
                    """
                    set session_replication_role = replica;
                    update catalog.changes set actor = 'nobody' where change_id = 3;
                    do $$
                    declare one catalog.ticks; before bytea;
                    begin
                        for one in select * from catalog.ticks order by tick_id loop
                            one.prev_hash := before;
                            before := catalog.tick_hash(one);
                            update catalog.ticks t set prev_hash = one.prev_hash, hash = before where t.tick_id = one.tick_id;
                        end loop;
                    end
                    $$
                    """)
            }
            #expect(try await proof(connection).problem == nil)
            let problem = try await proof(connection, head: head).problem
            #expect(problem == "the history does not contain \(head): it was rewritten since, or is another one")
        }
    }

    @Test("Other settings of the session, and columns that come and go, change no hash")
    func settings() async throws {
        try await withConnection(migrated: true) { connection in
            try await seed(connection)
            try await connection.run { session in
                try session.executeScript(
                    """
                    set timezone = 'Asia/Tokyo'; set datestyle = 'German'; set extra_float_digits = 0; set bytea_output = 'escape';
                    set role catalog_owner;
                    select catalog.add_product_column('color', 'varchar(50)');
                    reset role;
                    update catalog.products set color = 'red', price = 14;
                    update catalog.products set price = 15;
                    set role catalog_owner;
                    select catalog.drop_product_column('color');
                    reset role;
                    update catalog.products set price = 16;
                    select audit.tick();
                    """)
            }
            let proof = try await proof(connection)
            #expect(proof.problem == nil && proof.versions == 12)
        }
    }

    @Test("No time of a product is infinite, and images of one instant keep their order")
    func times() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.seed()
                for price in 11...14 { try session.execute("update catalog.products set price = \(price)::integer") }
            }
            let prices = try await connection.run { session in
                try session.query("select price::text from audit.product_history('V1', 'P1')").map { $0[0] }
            }
            #expect(prices == ["10.00", "11.00", "12.00", "13.00", "14.00"])
            let error = await #expect(throws: PostgresError.self) {
                try await connection.run { session in
                    _ = try session.execute(
                        """
                        insert into catalog.products
                            (vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity, valid_from)
                        values ('V1', 'P9', 'N', 'Audio', 'S9', 1, 1, 'infinity')
                        """)
                }
            }
            #expect(error?.sqlState == "23514")
        }
    }

    @Test("The history of a product follows it to another key and another vendor")
    func moved() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.seed()
                try session.execute("update catalog.products set vendor_product_id = 'P7' where vendor_id = 'V1'")
                try session.execute("update catalog.products set vendor_id = 'V2' where vendor_id = 'V1'")
            }
            for (vendor, key) in [("V1", "P1"), ("V1", "P7"), ("V2", "P7")] {
                let keys = try await connection.run { session in
                    try session.query(
                        "select image ->> 'vendor_id' || (image ->> 'vendor_product_id') from audit.product_history(\(vendor)::text, \(key)::text)"
                    ).map { $0[0] }
                }
                #expect(keys == ["V1P1", "V1P7", "V2P7"])
            }
        }
    }
}
