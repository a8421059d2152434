import TestSupport
import Testing

@testable import Postgres

/// Servers that take no changes: standbys, and databases whose writes an operator has frozen.
@Suite(.timeLimit(.minutes(2))) struct ReadOnlyServerTests {
    @Test("A transaction does not override default_transaction_read_only, and the connection is not lent again")
    func frozen() async throws {
        try await withDatabase { conninfo in
            let pool = Pool(conninfo + " options='-c default_transaction_read_only=on'", maximum: 2)
            let first = try await pool.run { $0.backendPID }
            let error = await #expect(throws: PostgresError.self) {
                try await pool.transaction { _ = try $0.execute("create table t ()") }
            }
            #expect(error?.isReadOnlyServer == true && error?.isTransient == true)
            let next = try await pool.run { $0.backendPID }
            #expect(next != first)
            await pool.close()
        }
    }

    @Test("When one connection shows that the server only reads, the idle ones go, too")
    func idleOnes() async throws {
        try await withDatabase { conninfo in
            let pool = Pool(conninfo + " options='-c default_transaction_read_only=on'", maximum: 2)
            let pids = try await pool.withConnection { one in
                try await pool.withConnection { other in
                    [try await one.run { $0.backendPID }, try await other.run { $0.backendPID }]
                }
            }
            await #expect(throws: PostgresError.self) { try await pool.run { _ = try $0.execute("create table t ()") } }
            let next = try await pool.run { $0.backendPID }
            #expect(!pids.contains(next))
            await pool.close()
        }
    }

    @Test("A transaction that was begun to read only says nothing of the server")
    func readOnlyTransaction() async throws {
        try await withConnection { connection in
            await #expect(throws: PostgresError.self) {
                try await connection.transaction(.readOnlySnapshot) { try $0.execute("create table t ()") }
            }
            #expect(!connection.isBroken)
        }
    }

    @Test(
        "A standby refuses a serializable transaction at its begin: the connection is lost, and the same may succeed later"
    )
    func standby() async throws {
        let connection = try await Connection.open(try await TestCluster.standbyConninfo())
        let refusal = await #expect(throws: ServerIsReadOnly.self) {
            try await connection.run { try $0.requireWritable() }
        }
        #expect(refusal?.isStandby == true)
        let error = await #expect(throws: PostgresError.self) {
            try await connection.transaction(.init(isolation: .serializable)) { _ = try $0.query("select 1") }
        }
        #expect(error?.sqlState == "0A000" && error?.isReadOnlyServer == true)
        #expect(connection.isBroken)
        await connection.close()
    }

    @Test("Of several hosts the one that takes changes is meant, unless the text says otherwise")
    func severalHosts() async throws {
        try await withDatabase { conninfo in
            let database = conninfo.split(separator: "=").last.map(String.init) ?? ""
            let primary = try ConnectionInfo.environment(of: conninfo)["PGHOST"] ?? ""
            let standby = try ConnectionInfo.environment(of: try await TestCluster.standbyConninfo())["PGHOST"] ?? ""
            let hosts = "host=\(standby),\(primary) port=5432 user=postgres"
            let connection = try await Connection.open("\(hosts) dbname=postgres")
            try await connection.run { try $0.requireWritable() }
            await connection.close()
            let reader = try await Connection.open("\(hosts) dbname=postgres target_session_attrs=any")
            await #expect(throws: ServerIsReadOnly.self) { try await reader.run { try $0.requireWritable() } }
            await reader.close()
            // Each for itself, as a password made for one host needs it: the standby is passed over.
            let texts = try ConnectionInfo.eachHost(of: "host=\(standby),\(primary) user=postgres dbname=\(database)")
            #expect(texts.count == 2)
            let chosen = try await Connector(candidates: { texts }).open()
            try await chosen.run { try $0.requireWritable() }
            await chosen.close()
        }
    }

    @Test("Each host gets its own port and address, and one port counts for all")
    func eachHost() throws {
        let uri = try ConnectionInfo.eachHost(of: "postgres://u@a:1,b:2/db").map {
            try ConnectionInfo.environment(of: $0)
        }
        #expect(uri.map { $0["PGHOST"] } == ["a", "b"] && uri.map { $0["PGPORT"] } == ["1", "2"])
        #expect(uri.allSatisfy { $0["PGTARGETSESSIONATTRS"] == "read-write" && $0["PGDATABASE"] == "db" })
        let pairs = try ConnectionInfo.eachHost(
            of: "host=a,b hostaddr=10.0.0.1,10.0.0.2 port=7 target_session_attrs=any"
        ).map { try ConnectionInfo.environment(of: $0) }
        #expect(pairs.map { $0["PGHOSTADDR"] } == ["10.0.0.1", "10.0.0.2"])
        #expect(pairs.allSatisfy { $0["PGPORT"] == "7" && $0["PGTARGETSESSIONATTRS"] == "any" })
        #expect(try ConnectionInfo.eachHost(of: "postgres://u@a/db") == ["postgres://u@a/db"])
    }

    @Test("Behind a pooler in transaction mode nothing is prepared, whatever a statement asks for")
    func pooled() async throws {
        try await withDatabase { conninfo in
            try await PgBouncer.with(database: conninfo, connections: 1) { pooled in
                let connections = [try await Connection.open(pooled), try await Connection.open(pooled)]
                for round in 0..<4 {
                    let statement: Statement = "select \(round)::integer as n"
                    let answer = try await connections[round % 2].run { session in
                        try session.transaction { try session.query(statement.prepared())[0].get("n", as: Int.self) }
                    }
                    #expect(answer == round)
                }
                let piped = try await connections[0].run { session in
                    try session.pipeline([Statement("select 7 as n").prepared()])[0][0].get("n", as: Int.self)
                }
                #expect(piped == 7)
                for connection in connections { await connection.close() }
            }
        }
    }
}
