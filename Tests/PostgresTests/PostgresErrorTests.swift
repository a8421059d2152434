import TestSupport
import Testing

@testable import Postgres

@Suite(.timeLimit(.minutes(5))) struct PostgresErrorTests {
    private func error(_ setUp: String = "", _ statement: Statement) async throws -> PostgresError {
        try await withConnection { connection in
            if !setUp.isEmpty { try await connection.run { try $0.executeScript(setUp) } }
            let error = await #expect(throws: PostgresError.self) {
                try await connection.run { _ = try $0.execute(statement) }
            }
            return try #require(error)
        }
    }

    @Test("A violated constraint is named, the value is not")
    func constraint() async throws {
        let error = try await error(
            "create table t (s text constraint t_s_is_unique unique); insert into t values ('secret')",
            "insert into t values (\("secret")::text)")
        #expect(error.isUniqueViolation)
        #expect(
            error.description
                == "duplicate key value violates unique constraint \"t_s_is_unique\", constraint t_s_is_unique of table public.t (SQLSTATE 23505)"
        )
        #expect(!error.debugDescription.contains("secret") && error.debugDescription.contains("insert into t"))
        #expect(error.detail?.contains("secret") == true, "kept for who asks for it")
    }

    @Test("Messages that quote the input are replaced by what they mean")
    func dataException() async throws {
        let error = try await error("", "select \("secret")::text::integer")
        #expect(error.description == "a value cannot be read as its type (SQLSTATE 22P02)")
    }

    @Test("A message of several lines is one, without what indents them")
    func lines() async throws {
        let error = await #expect(throws: PostgresError.self) {
            _ = try await Connection.open("host=127.0.0.1 port=1 dbname=postgres")
        }
        #expect(error?.description.contains("refused: Is the server running") == true, "\(error?.description ?? "")")
    }

    @Test("A killed server process is a lost connection, and later work fails at once")
    func connectionLoss() async throws {
        try await withDatabase { conninfo in
            let victim = try await Connection.open(conninfo)
            let other = try await Connection.open(conninfo)
            let pid = try await victim.run { Int($0.backendPID) }
            try await other.run { try $0.execute("select pg_terminate_backend(\(pid)::integer)") }
            for _ in 0..<2 {
                let error = await #expect(throws: PostgresError.self) {
                    try await victim.run { try $0.execute("select 1") }
                }
                #expect(error?.isConnectionLoss == true)
            }
            #expect(victim.isBroken)
            await victim.close()
            await other.close()
        }
    }

    @Test(
        "A connection that fails names the host and never the password",
        arguments: [
            "postgresql://u:hunter2@127.0.0.1:1/db", "host=/nowhere password=hunter2 dbname=x",
            "host=/nowhere password='hunter2",
            "postgresql://u:hunter2@[bad/db",
        ])
    func noPassword(conninfo: String) async throws {
        let error = await #expect(throws: PostgresError.self) { try await Connection.open(conninfo) }
        #expect(error?.isConnectionLoss == true)
        #expect(!"\(error!) \(String(reflecting: error!))".contains("hunter2"))
    }

    @Test("TLS parameters pass through to libpq and to the programs it is asked for")
    func sslmode() async throws {
        let server = try await TestCluster.conninfo(database: "postgres")
        let error = await #expect(throws: PostgresError.self) {
            try await Connection.open(
                server + " sslmode=verify-full sslrootcert=/nowhere/root.pem host=127.0.0.1 port=1")
        }
        #expect(error?.message.contains("/nowhere/root.pem") == true || error?.message.contains("refused") == true)
        let environment = try ConnectionInfo.environment(of: "host=h sslmode=verify-full password=p sslrootcert=/r.pem")
        #expect(
            environment["PGSSLMODE"] == "verify-full" && environment["PGSSLROOTCERT"] == "/r.pem"
                && environment["PGPASSWORD"] == "p")
    }

    @Test("Text that is not a connection text is refused without being quoted")
    func unreadable() {
        let error = #expect(throws: PostgresError.self) {
            try ConnectionInfo.environment(of: "postgresql://u:hunter2@[x/y")
        }
        #expect(error?.description.contains("hunter2") == false)
    }
}
