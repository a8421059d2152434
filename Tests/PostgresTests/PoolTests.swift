import TestSupport
import Testing

@testable import Postgres

@Suite(.timeLimit(.minutes(2))) struct PoolTests {
    private struct Refused: Error {}

    private func withPool<Result>(
        maximum: Int, _ body: (Pool, String) async throws -> Result
    ) async throws -> Result {
        try await withDatabase { conninfo in
            let pool = Pool(conninfo, maximum: maximum, application: "pool-test")
            return try await pool.closing { try await body($0, conninfo) }
        }
    }

    private func backend(_ pool: Pool) async throws -> Int32 {
        try await pool.run { $0.backendPID }
    }

    private func kill(_ pid: Int32, _ conninfo: String) async throws {
        let killer = try await Connection.open(conninfo)
        // With a time limit the function waits until the process is gone.
        let isGone = try await killer.run { session in
            try session.query("select pg_terminate_backend(\(pid)::integer, 60000) as gone")[0].get(
                "gone", as: Bool.self)
        }
        #expect(isGone)
        await killer.close()
    }

    @Test("Many tasks share as many connections as allowed, no more")
    func maximum() async throws {
        try await withPool(maximum: 3) { pool, _ in
            let backends = try await withThrowingTaskGroup(of: Int32.self) { group in
                for _ in 0..<50 { group.addTask { try await pool.run { $0.backendPID } } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect((1...3).contains(backends.count))
            let open = try await pool.run { session in
                try session.query(
                    """
                    select count(*) as n from pg_stat_activity
                    where datname = current_database() and application_name = 'pool-test'
                    """)[0].get("n", as: Int.self)
            }
            #expect(open == backends.count)
        }
    }

    @Test("Two borrowers hold two connections; one after the other get the same")
    func reuse() async throws {
        try await withPool(maximum: 2) { pool, _ in
            let first = try await backend(pool)
            let again = try await backend(pool)
            #expect(first == again)
            try await pool.withConnection { held in
                let mine = try await held.run { $0.backendPID }
                let other = try await backend(pool)
                #expect(mine != other)
            }
        }
    }

    @Test("A transaction of the pool commits, or rolls back when its closure throws, and the connection is used again")
    func transaction() async throws {
        try await withPool(maximum: 1) { pool, _ in
            try await pool.run { try $0.executeScript("create table t (n integer)") }
            try await pool.transaction { try $0.execute("insert into t values (1)") }
            await #expect(throws: Refused.self) {
                try await pool.transaction { session in
                    try session.execute("insert into t values (2)")
                    throw Refused()
                }
            }
            let rows = try await pool.run { try $0.query("select n from t").map { $0[0] } }
            #expect(rows == ["1"])
        }
    }

    @Test("A connection that breaks while it is lent out is not lent again")
    func brokenInUse() async throws {
        try await withPool(maximum: 1) { pool, conninfo in
            let pid = try await backend(pool)
            let error = await #expect(throws: PostgresError.self) {
                try await pool.withConnection { connection in
                    try await kill(pid, conninfo)
                    try await connection.run { try $0.execute("select 1") }
                }
            }
            #expect(error?.isConnectionLoss == true)
            let next = try await backend(pool)
            #expect(next != pid)
        }
    }

    @Test("A connection that broke while it was idle is replaced before anybody sees it")
    func brokenWhileIdle() async throws {
        try await withPool(maximum: 1) { pool, conninfo in
            let pid = try await backend(pool)
            try await kill(pid, conninfo)
            let next = try await backend(pool)
            #expect(next != pid)
        }
    }

    @Test("A connection that cannot be opened fails its borrower and blocks nobody after")
    func unreachable() async throws {
        let pool = Pool("host=/nowhere", maximum: 1)
        for _ in 0..<3 {
            let error = await #expect(throws: PostgresError.self) { try await pool.run { _ in } }
            #expect(error?.isConnectionLoss == true)
        }
    }

    @Test("A task cancelled in the queue gives up, and the pool goes on")
    func cancelledWaiter() async throws {
        try await withPool(maximum: 1) { pool, _ in
            try await pool.withConnection { _ in
                let waiter = Task { try await pool.run { $0.backendPID } }
                waiter.cancel()
                await #expect(throws: CancellationError.self) { try await waiter.value }
            }
            let pid = try await backend(pool)
            #expect(pid > 0)
        }
    }

    @Test("A closed pool refuses work; what is lent out is finished and closed when it comes back")
    func close() async throws {
        try await withPool(maximum: 2) { pool, _ in
            var kept: Connection?
            try await pool.withConnection { connection in
                await pool.close()
                await #expect(throws: PostgresError.self) { try await pool.run { _ in } }
                let answer = try await connection.run { try $0.query("select 1")[0][0] }
                #expect(answer == "1")
                kept = connection
            }
            #expect(kept?.isBroken == true)
        }
    }
}
