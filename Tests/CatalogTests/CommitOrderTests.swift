import Postgres
import TestSupport
import Testing

@testable import Catalog

/// The past is asked for in the order of commits, and has one answer.
@Suite(.timeLimit(.minutes(5))) struct CommitOrderTests {
    /// What the catalogue was at a moment, in one line.
    private static func digest(_ moment: String) -> Statement {
        """
        select count(*) || ' ' || coalesce(md5(string_agg(p.product_id || ':' || p.price || ':' || p.made_by, ',' order by p.product_id)), '')
            as digest
        from audit.products_as_of(\(moment)::timestamptz) p
        """
    }

    private static func now(_ connection: Connection) async throws -> String {
        try await connection.run { try $0.query("select clock_timestamp()::text as t")[0].get("t") }
    }

    private static func tick(_ connection: Connection) async throws {
        try await connection.transaction { _ = try $0.tick() }
    }

    private static let waitAtGate: Statement = "select pg_advisory_xact_lock(4711)"

    /// Whoever waits at the gate goes on when it is closed as a connection.
    private static func closedGate(_ conninfo: String) async throws -> Connection {
        let gate = try await Connection.open(conninfo)
        try await gate.run { _ = try $0.query("select pg_advisory_lock(4711)") }
        return gate
    }

    /// Until so many sessions wait for an advisory lock.
    private static func waitForLocks(_ count: Int, _ connection: Connection) async throws {
        try await eventually {
            try await connection.run { session in
                try session.query(
                    """
                    select from pg_locks where locktype = 'advisory' and not granted
                      and database = (select oid from pg_database where datname = current_database())
                    """
                ).count == count
            }
        }
    }

    private func answer(_ connection: Connection, _ moment: String) async throws -> String {
        try await connection.run { try $0.query(Self.digest(moment))[0].get("digest") }
    }

    @Test("A load that began before a moment and was committed after it is not in the moment's answer, then or later")
    func longTransaction() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let (loading, asking) = (try await Connection.open(conninfo), try await Connection.open(conninfo))
            let gate = try await Self.closedGate(conninfo)
            try await loading.transaction { try $0.seed() }
            try await Self.tick(loading)
            async let load: Void = loading.transaction { session in
                try session.execute("update catalog.products set price = 99")
                try session.execute(Self.waitAtGate)
            }
            try await Self.waitForLocks(1, asking)
            let moment = try await Self.now(asking)
            let first = try await answer(asking, moment)
            await gate.close()
            try await load
            #expect(try await answer(asking, moment) == first)
            try await Self.tick(asking)
            #expect(try await answer(asking, moment) == first)
            #expect(try await answer(asking, try await Self.now(asking)) != first)
            await loading.close()
            await asking.close()
        }
    }

    @Test("Who asks while a tick is being made waits for it, and has its changes")
    func tickInFlight() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let (ticking, asking) = (try await Connection.open(conninfo), try await Connection.open(conninfo))
            try await ticking.transaction { try $0.seed() }
            let gate = try await Self.closedGate(conninfo)
            async let ticked: Void = ticking.transaction { session in
                try session.tick()
                try session.execute(Self.waitAtGate)
            }
            try await Self.waitForLocks(1, gate)
            let moment = try await Self.now(asking)
            async let waiting = answer(asking, moment)
            try await Self.waitForLocks(2, gate)
            await gate.close()
            try await ticked
            let first = try await waiting
            #expect(first.hasPrefix("2 "))
            #expect(try await answer(asking, moment) == first)
            await ticking.close()
            await asking.close()
        }
    }

    @Test("Sixteen writers, a long load and a reader: each moment that was asked for has the same answer in the end")
    func repeatable() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let reader = try await Connection.open(conninfo)
            try await reader.transaction { session in
                try session.seed()
                try session.execute(Self.offer)
            }
            let answers = try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 1...16 { group.addTask { try await Self.write(conninfo, writer) } }
                group.addTask { try await Self.load(conninfo) }
                let asking = Task { try await ask(conninfo) }
                let ticking = Task { try await Self.keepTicking(conninfo) }
                try await group.waitForAll()
                asking.cancel()
                ticking.cancel()
                try await ticking.value
                return try await asking.value
            }
            try await Self.tick(reader)
            #expect(answers.count >= 5 && Set(answers.map(\.digest)).count >= 3, "\(answers.count)")
            for (moment, digest) in answers { #expect(try await answer(reader, moment) == digest, "\(moment)") }
            let unticked = try await reader.run {
                try $0.query("select from catalog.changes where tick_id is null").count
            }
            #expect(unticked == 0)
            await reader.close()
        }
    }

    /// 320 products, twenty for each writer.
    private static let offer: Statement = """
        insert into catalog.products (vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity)
        select 'V1', 'W' || i, 'N', 'Audio', 'W' || i, 1, 1 from generate_series(0, 319) i
        """

    private static func write(_ conninfo: String, _ writer: Int) async throws {
        let connection = try await Connection.open(conninfo)
        for round in 1...30 {
            try await connection.transaction { session in
                try session.execute(
                    """
                    update catalog.products set price = \(round + 1)::integer
                    where vendor_id = 'V1' and vendor_product_id like 'W%' and product_id % 16 = \(writer - 1)::integer
                    """)
                try session.execute(
                    """
                    insert into catalog.products (vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity)
                    values ('V2', \("N\(writer)-\(round)")::text, 'N', 'Audio', \("N\(writer)-\(round)")::text, 1, 1)
                    """)
                if round % 3 == 0 {
                    try session.execute(
                        "delete from catalog.products where vendor_id = 'V2' and sku = \("N\(writer)-\(round - 1)")::text"
                    )
                }
            }
        }
        await connection.close()
    }

    /// One transaction that is open from the first write of the others to the last.
    private static func load(_ conninfo: String) async throws {
        let connection = try await Connection.open(conninfo)
        try await connection.transaction { session in
            for part in 0..<40 {
                try session.execute(
                    """
                    insert into catalog.products (vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity)
                    select 'V2', 'L' || i, 'N', 'Audio', 'L' || i, 1, 1
                    from generate_series(\(part)::integer * 250, \(part)::integer * 250 + 249) i
                    """)
            }
        }
        await connection.close()
    }

    private static func keepTicking(_ conninfo: String) async throws {
        let connection = try await Connection.open(conninfo)
        do {
            while true { try await tick(connection) }
        } catch  where Task.isCancelled {}
        await connection.close()
    }

    /// Until it is cancelled.
    private func ask(_ conninfo: String) async throws -> [(moment: String, digest: String)] {
        let connection = try await Connection.open(conninfo)
        var answers: [(moment: String, digest: String)] = []
        do {
            while true {
                let moment = try await Self.now(connection)
                answers.append((moment, try await answer(connection, moment)))
            }
        } catch  where Task.isCancelled {}
        await connection.close()
        return answers
    }

    @Test("What was there before changes were recorded has its old answers")
    func earlier() async throws {
        try await withConnection(migrated: true) { connection in
            // As the migration finds it: nothing of it was made by a change.
            try await connection.run { session in
                try session.execute("set session_replication_role = replica")
                try session.execute("set catalog.change_id = '0'")
                try session.seed()
                try session.execute("update catalog.products set valid_from = '2024-01-03'")
                try session.execute(
                    """
                    insert into catalog.product_versions (product_id, vendor_id, vendor_product_id, product_name, category, sku, price,
                        stock_quantity, status, created_at, valid_from, valid_to, operation, made_by, ended_by)
                    select product_id, vendor_id, vendor_product_id, product_name, category, sku, 5, stock_quantity, status, created_at,
                        '2024-01-01', '2024-01-03', 'update', 0, 0
                    from catalog.products
                    """)
                try session.execute("set session_replication_role = origin")
                try session.execute("update catalog.products set price = 20 where vendor_id = 'V1'")
                try session.tick()
                for (moment, expected) in [
                    ("2023-12-31", []), ("2024-01-02", ["5.00", "5.00"]), ("2024-01-04", ["10.00", "10.00"]),
                    ("infinity", ["10.00", "20.00"]),
                ] {
                    let prices = try session.query(
                        "select price::text from audit.products_as_of(\(moment)::timestamptz) order by price"
                    ).map { $0[0] }
                    #expect(prices == expected, "\(moment)")
                }
            }
        }
    }

    @Test("A change that is rolled back with its savepoint leaves nothing, and a forged one is refused")
    func forged() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { try $0.seed() }
            try await connection.transaction { session in
                _ = try? session.savepoint {
                    try session.execute("update catalog.products set price = 77")
                    throw CancellationError()
                }
                try session.execute("select set_config('catalog.change_id', '1', true)")
                try session.execute("update catalog.products set price = 78 where vendor_id = 'V1'")
            }
            let changes = try await connection.run { session in
                try session.query(
                    "select change_id::text, count(p.*)::text from catalog.changes c left join catalog.products p on p.made_by = c.change_id group by c.change_id order by c.change_id"
                )
                .map { [$0[0], $0[1]] }
            }
            #expect(changes == [["0", "0"], ["1", "1"], ["3", "1"]])
            await #expect(throws: PostgresError.self) {
                try await connection.run { session in
                    _ = try session.execute(
                        """
                        insert into catalog.products
                            (vendor_id, vendor_product_id, product_name, category, sku, price, stock_quantity, made_by)
                        values ('V1', 'P9', 'N', 'Audio', 'S9', 1, 1, 1)
                        """)
                }
            }
        }
    }
}
