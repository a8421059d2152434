import Postgres
import TestSupport
import Testing

@testable import Catalog

/// Who changed what: said by the service, known of everybody else, and in the name of an upload only by who is at work on it.
@Suite(.timeLimit(.minutes(5))) struct ActorTests {
    private static let service = "catalog_app"
    private static let hand = "catalog_owner"

    /// Runs statements as a login, in one transaction.
    private static func run(
        as login: String, saying settings: [String: String] = [:], _ statements: Statement..., on connection: Connection
    ) async throws {
        try await connection.transaction { session in
            try session.executeScript("set local session authorization \(login)")
            for (name, value) in settings {
                try session.execute("select set_config(\(name)::text, \(value)::text, true)")
            }
            for statement in statements { try session.execute(statement) }
        }
    }

    private static func changes(_ connection: Connection) async throws -> [[String]] {
        try await connection.run { session in
            try session.query(
                "select actor, database_user, coalesce(upload_id, '-') from catalog.changes where change_id > 1 order by change_id"
            ).map { [$0[0] ?? "", $0[1] ?? "", $0[2] ?? ""] }
        }
    }

    private static let insert: Statement = """
        insert into catalog.products (vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity)
        values ('V1', 'P9', 'N', 'Audio', 'S9', 1, 1)
        """
    private static let update: Statement = "update catalog.products set price = price + 1 where vendor_id = 'V1'"

    @Test(
        "What the service writes says for whom, or is refused; what a hand writes has the database user, whatever it says"
    )
    func actors() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { try $0.seed() }
            let upload = Upload.begin(Upload(uploadID: "U1", vendorID: "V1", fileName: "f", objectKey: "f"))
            let statements: [Statement] = [Self.insert, Self.update, "delete from catalog.products", upload]
            for statement in statements {
                let error = await #expect(throws: PostgresError.self, "\(statement)") {
                    try await Self.run(as: Self.service, statement, on: connection)
                }
                #expect(error?.sqlState == "42501" && error?.hint?.contains("catalog.actor") == true)
            }
            let said = ["catalog.actor": "token:abc"]
            try await Self.run(as: Self.service, saying: said, Self.update, Self.insert, on: connection)
            try await Self.run(
                as: Self.hand, Self.update, "delete from catalog.products where sku = 'S9'", on: connection)
            try await Self.run(as: Self.hand, saying: said, Self.insert, on: connection)
            #expect(
                try await Self.changes(connection) == [
                    ["token:abc", "catalog_app", "-"], ["database user catalog_owner", "catalog_owner", "-"],
                    ["database user catalog_owner as token:abc", "catalog_owner", "-"],
                ])
            let ended = try await connection.run { session in
                try session.query("select distinct changed_by from catalog.product_versions order by 1").map { $0[0] }
            }
            #expect(ended == ["database user catalog_owner", "token:abc"])
            #expect(try await connection.transaction { try $0.verifyHistory() }.problem == nil)
        }
    }

    @Test(
        "A release that says nothing may write as long as one of it is at work, and its loads have their upload for a name"
    )
    func olderRelease() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.seed()
                try session.execute(
                    """
                    insert into migrations.instances (instance_id, host, process, roles, version, schema_version)
                    values ('old', 'h', 1, 'worker', '0.1.0', 31)
                    """)
            }
            let upload = Upload(uploadID: "U1", vendorID: "V1", fileName: "f", objectKey: "f")
            try await Self.run(as: Self.service, Upload.begin(upload), on: connection)
            try await connection.run { _ = try $0.execute("delete from migrations.instances") }
            try await Self.run(
                as: Self.service, Upload.hold("U1"), ProductLoad.useUpload("U1"), Self.update, on: connection)
            #expect(try await Self.changes(connection) == [["upload U1", "catalog_app", "U1"]])
            let maker: String = try await connection.run {
                try $0.query("select uploaded_by from audit.uploads")[0].get("uploaded_by")
            }
            #expect(maker == "database user catalog_app")
        }
    }

    /// Uploads of every state, each made by the service but the last.
    private static func seedUploads(_ connection: Connection) async throws {
        try await connection.transaction { session in
            try session.seed()
            for id in ["U-QUEUED", "U-WORKING", "U-ENDED", "U-HELD"] {
                try session.beginUpload(Upload(uploadID: id, vendorID: "V1", fileName: "f", objectKey: "f"))
            }
            try session.execute("update catalog.upload_history set status = 'queued' where upload_id = 'U-QUEUED'")
            try session.execute(
                """
                update catalog.upload_history set status = 'failed', completed_at = now(), total_records = 0, valid_records = 0,
                    error_records = 0, failure_type = 'INTERRUPTED', failure_message = 'x' where upload_id = 'U-ENDED'
                """)
        }
        try await run(
            as: hand, Upload.begin(Upload(uploadID: "U-HAND", vendorID: "V1", fileName: "f", objectKey: "f")),
            on: connection)
    }

    @Test(
        "An upload's name is believed of who is at work on it, and of nobody else",
        arguments: [
            ("catalog_app", ["U-WORKING", "U-HAND"]), ("catalog_owner", ["U-HAND"]),
            ("postgres", ["U-WORKING", "U-HAND"]),
        ])
    func posing(login: String, believed: [String]) async throws {
        let found = try await withDatabase(migrated: true) { conninfo in
            try await Connection.open(conninfo).closing { connection in
                try await Self.seedUploads(connection)
                return try await Connection.open(conninfo).closing { loader in
                    try await loader.run { session in
                        try session.execute("select pg_advisory_lock(hashtextextended('catalog.upload U-HELD', 0))")
                    }
                    return try await Self.believed(as: login, connection)
                }
            }
        }
        #expect(found == believed.flatMap { [$0, $0, $0] }, "\(login)")
    }

    /// The uploads in whose name a login may insert, update or delete, each once for each of the three.
    private static func believed(as login: String, _ connection: Connection) async throws -> [String] {
        var found: [String] = []
        for upload in ["U-QUEUED", "U-WORKING", "U-ENDED", "U-HELD", "U-HAND", "U-NONE"] {
            // A hand that names somebody is not the one that made U-HAND.
            let settings = ["catalog.upload_id": upload].merging(login == hand ? [:] : ["catalog.actor": "token:abc"]) {
                $1
            }
            for statement in [insert, update, "delete from catalog.products where vendor_id = 'V1'"] as [Statement] {
                do {
                    try await run(as: login, saying: settings, statement, "select 1 / 0", on: connection)
                } catch let error as PostgresError where error.sqlState == "22012" {
                    found.append(upload)
                } catch let error as PostgresError {
                    #expect(error.sqlState == "23001", "\(login) \(upload) \(statement): \(error)")
                }
            }
        }
        return found
    }

    @Test("No hand gives a row an upload, a line or a change", arguments: ["catalog_app", "catalog_owner", "postgres"])
    func forging(login: String) async throws {
        try await withConnection(migrated: true) { connection in
            try await Self.seedUploads(connection)
            let columns = "vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity"
            let values = "'V1', 'P9', 'N', 'Audio', 'S9', 1, 1"
            // As a revert writes the columns that say which change made a row.
            let own =
                "valid_from = greatest(statement_timestamp(), valid_from), made_by = current_setting('catalog.change_id')::bigint"
            for statement: Statement in [
                "insert into catalog.products (\(raw: columns), upload_id) values (\(raw: values), 'U-ENDED')",
                "insert into catalog.products (\(raw: columns), made_by) values (\(raw: values), 1)",
                "update catalog.products set upload_id = 'U-ENDED'",
                "update catalog.products set upload_id = 'U-ENDED', \(raw: own)",
                "update catalog.products set made_by = set_config('catalog.change_id', '1', true)::bigint",
                "update catalog.upload_history set created_by = 'token:abc'",
            ] {
                let error = await #expect(throws: PostgresError.self, "\(login): \(statement)") {
                    try await Self.run(as: login, saying: ["catalog.actor": "token:abc"], statement, on: connection)
                }
                #expect(error?.sqlState == "23001", "\(login): \(statement): \(error?.message ?? "")")
            }
            let settings = ["catalog.actor": "token:abc", "catalog.operation": "revert"]
            for statement: Statement in [
                "update catalog.products set line_number = 7, price = 3",
                "update catalog.products set line_number = 7, price = 4, valid_from = '2024-01-03', made_by = 0",
                "update catalog.products set line_number = 7, price = 5, \(raw: own)",
            ] {
                try await Self.run(as: login, saying: settings, statement, on: connection)
            }
            let kept = try await connection.run { session in
                try session.query(
                    "select concat_ws(' ', operation, count(*), count(distinct made_by), min(made_by) > 0, min(valid_from) > '2025-01-01') from catalog.product_versions group by operation"
                ).map { $0[0] } + session.query("select line_number::text from catalog.products").map { $0[0] }
            }
            #expect(kept == ["update 6 3 t t", nil, nil])
        }
    }

    @Test("A product that gets another product_id has its former image in the history, and the past stays as it was")
    func otherProductID() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { try $0.seed() }
            try await connection.transaction { _ = try $0.tick() }
            let before: String = try await connection.run {
                try $0.query("select clock_timestamp()::text as t")[0].get("t")
            }
            try await connection.transaction { session in
                try session.execute(
                    "update catalog.products set product_id = product_id + 100, price = 12 where vendor_id = 'V1'")
            }
            try await connection.transaction { _ = try $0.tick() }
            let (images, past) = try await connection.run { session in
                (
                    try session.query(
                        "select price::text, ended_by, valid_to is not distinct from lead(valid_from) over () as next from audit.product_history('V1', 'P1')"
                    ).map { [$0[0] ?? "", $0[1] ?? "-", $0[2] ?? ""] },
                    try session.query(
                        "select price::text from audit.products_as_of(\(before)::timestamptz) where vendor_id = 'V1'"
                    ).map { $0[0] }
                )
            }
            #expect(images == [["10.00", "update", "t"], ["12.00", "-", "t"]])
            #expect(past == ["10.00"])
            #expect(try await connection.transaction { try $0.verifyHistory() }.problem == nil)
        }
    }
}
