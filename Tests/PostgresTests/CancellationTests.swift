import TestSupport
import Testing

@testable import Postgres

@Suite(.timeLimit(.minutes(2))) struct CancellationTests {
    /// Waits until the server is at the statement that never ends by itself.
    private func waitUntilAsleep(_ conninfo: String, _ pid: Int32) async throws {
        let watcher = try await Connection.open(conninfo)
        let statement: Statement = """
            select count(*) as n from pg_stat_activity where pid = \(Int(pid))::integer and wait_event = 'PgSleep'
            """
        try await eventually { try await watcher.run { try $0.query(statement)[0].get("n", as: Int.self) } > 0 }
        await watcher.close()
    }

    @Test("Cancelling a task ends its statement, rolls back, and leaves the connection usable")
    func cancel() async throws {
        try await withDatabase { conninfo in
            let connection = try await Connection.open(conninfo)
            try await connection.run { try $0.executeScript("create table t (n integer)") }
            let pid = try await connection.run { $0.backendPID }
            let task = Task {
                try await connection.transaction { session in
                    try session.execute("insert into t values (1)")
                    try session.execute("select pg_sleep(600)")
                }
            }
            try await waitUntilAsleep(conninfo, pid)
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let rows: Int = try await connection.run { try $0.query("select count(*) as n from t")[0].get("n") }
            #expect(rows == 0)
            await connection.close()
        }
    }

    @Test("A task that was cancelled before does not begin")
    func cancelledBefore() async throws {
        try await withConnection { connection in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await connection.run { _ = try $0.execute("create table never (n integer)") }
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            let exists: Bool = try await connection.run {
                try $0.query("select to_regclass('never') is not null as e")[0].get("e")
            }
            #expect(!exists)
        }
    }

    @Test("A cancellation never hits the work of somebody else on the same connection")
    func neverTheNext() async throws {
        try await withConnection { connection in
            for _ in 0..<200 {
                let victim = Task { try await connection.run { _ = try $0.execute("select 1") } }
                let bystander = Task {
                    try await connection.run { try $0.query("select 42 as n")[0].get("n", as: Int.self) }
                }
                victim.cancel()
                let answer = try await bystander.value
                #expect(answer == 42)
                _ = await victim.result
            }
        }
    }
}
