import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct CancellationRaceTests {
    /// Starts work and returns when it is at it.
    private func start<Result: Sendable>(
        on connection: Connection, _ body: @escaping @Sendable (Session) throws -> Result
    ) async -> Task<Result, any Error> {
        let (begun, signal) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await connection.run { session in
                signal.yield()
                return try body(session)
            }
        }
        for await _ in begun { break }
        return task
    }

    @Test("A request for cancellation that is lost is made again")
    func lostRequest() async throws {
        try await withDatabase { conninfo in
            try await ServerActivity.watch(conninfo) { activity in
                let connection = try await Connection.open(conninfo)
                let pid = try await connection.run { $0.backendPID }
                // The first request ends the inner block only, as if it had come while the server was idle.
                let task = await start(on: connection) { session in
                    try session.executeScript(
                        """
                        do $$ begin
                            begin perform pg_sleep(600); exception when query_canceled then null; end;
                            perform pg_sleep(600);
                        end $$
                        """)
                }
                try await activity.untilAsleep(pid)
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
                #expect(try await connection.run { try $0.query("select 1")[0][0] } == "1")
                await connection.close()
            }
        }
    }

    @Test("Work that ends while it is cancelled never takes the next one with it")
    func endsMeanwhile() async throws {
        try await withConnection { connection in
            for round in 0..<200 {
                let victim = await start(on: connection) { session in
                    for _ in 0..<(round % 7) { try session.execute("select 1") }
                }
                let bystander = Task {
                    try await connection.run { try $0.query("select count(*) from generate_series(1, 3000)")[0][0] }
                }
                victim.cancel()
                let answer = try await bystander.value
                #expect(answer == "3000")
                _ = await victim.result
            }
        }
    }

    @Test("A cancelled savepoint does not go on with the rest of its transaction")
    func savepoint() async throws {
        try await withDatabase { conninfo in
            try await ServerActivity.watch(conninfo) { activity in
                let connection = try await Connection.open(conninfo)
                let pid = try await connection.run { session in
                    try session.executeScript("create table t (n integer)")
                    return session.backendPID
                }
                let task = Task {
                    try await connection.transaction { session in
                        #expect(throws: PostgresError.self) {
                            try session.savepoint { try session.execute("select pg_sleep(600)") }
                        }
                        try session.execute("insert into t values (1)")
                    }
                }
                try await activity.untilAsleep(pid)
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
                let rows: Int = try await connection.run { try $0.query("select count(*) as n from t")[0].get("n") }
                #expect(rows == 0)
                await connection.close()
            }
        }
    }

    @Test("What was done when the cancellation came stays done, and is reported")
    func afterTheEnd() async throws {
        try await withConnection { connection in
            let task = Task { try await connection.run { try $0.execute("create table t ()") } }
            _ = try await task.value
            task.cancel()
            let exists = try await connection.run { try $0.query("select to_regclass('t') is not null")[0][0] }
            #expect(exists == "t")
        }
    }
}
