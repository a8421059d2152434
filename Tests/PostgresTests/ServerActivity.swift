import Postgres
import TestSupport

/// Waits for what the server itself reports, so that no test depends on time.
struct ServerActivity {
    let watcher: Connection

    static func watch<Result>(_ conninfo: String, _ body: (ServerActivity) async throws -> Result) async throws
        -> Result
    {
        let watcher = try await Connection.open(conninfo, application: "watcher")
        do {
            let result = try await body(ServerActivity(watcher: watcher))
            await watcher.close()
            return result
        } catch {
            await watcher.close()
            throw error
        }
    }

    /// Until a server process is in `pg_sleep`.
    func untilAsleep(_ pid: Int32) async throws {
        try await until("pid = \(Int(pid))::integer and wait_event = 'PgSleep'", count: 1)
    }

    /// Until so many sessions of this database match.
    func until(_ condition: Statement, count: Int) async throws {
        try await eventually { try await self.count(condition) == count }
    }

    func count(_ condition: Statement) async throws -> Int {
        try await watcher.run {
            try $0.query(
                "select count(*) as n from pg_stat_activity where datname = current_database() and \(condition)")[0]
                .get("n")
        }
    }

    /// Ends a server process as an operator would.
    func terminate(_ pid: Int32) async throws {
        try await watcher.run { _ = try $0.execute("select pg_terminate_backend(\(Int(pid))::integer)") }
        try await until("pid = \(Int(pid))::integer", count: 0)
    }
}
