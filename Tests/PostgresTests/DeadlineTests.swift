import Foundation
import TestSupport
import Testing

@testable import Postgres

/// Against a real server process that is stopped, not ended: TCP is acknowledged, and nothing ever answers.
@Suite(.timeLimit(.minutes(1))) struct DeadlineTests {
    private static func stopping<Result>(
        _ pid: Int32, _ body: () async throws -> Result
    ) async throws -> Result {
        kill(pid, SIGSTOP)
        defer { kill(pid, SIGCONT) }
        return try await body()
    }

    @Test("A server that hangs is given up after the deadline, and the connection is lost")
    func hangs() async throws {
        try await withDatabase { conninfo in
            let connection = try await Connection.open(conninfo)
            let pid = try await connection.run { $0.backendPID }
            let error = await Self.error {
                try await Self.stopping(pid) {
                    try await connection.run(within: .milliseconds(200)) { _ = try $0.execute("select 1") }
                }
            }
            #expect((error as? PostgresError)?.isConnectionLost == true)
            #expect("\(error.map { "\($0)" } ?? "")".contains("did not answer within"))
            #expect(connection.isBroken)
            await connection.close()
        }
    }

    @Test("Work that ends in time changes nothing, and the next one has its whole time")
    func inTime() async throws {
        try await withConnection { connection in
            for _ in 0..<3 {
                try await connection.run(within: .seconds(30)) { _ = try $0.execute("select 1") }
            }
            #expect(!connection.isBroken)
        }
    }

    @Test("The deadline of work that has ended is not the next one's")
    func ended() async throws {
        try await withDatabase { conninfo in
            let watch = ServerWatch(patience: .milliseconds(50))
            let connection = try await Connection.open(conninfo, watch: watch)
            try await connection.run(within: .milliseconds(200)) { _ = try $0.execute("select 1") }
            // The watch looks some forty times meanwhile.
            try await connection.run { _ = try $0.execute("select pg_sleep(0.4)") }
            #expect(!connection.isBroken)
            let error = await Self.error {
                try await connection.run(within: .milliseconds(200)) { _ = try $0.execute("select pg_sleep(60)") }
            }
            #expect("\(error.map { "\($0)" } ?? "")".contains("did not answer within 0.2 seconds"))
            await connection.close()
        }
    }

    @Test("A pool with a deadline opens another connection after a server process hung")
    func pool() async throws {
        try await withDatabase { conninfo in
            let pool = Pool(Connector(conninfo), maximum: 1, limit: .seconds(5))
            let pid = try await pool.run { $0.backendPID }
            let error = await Self.error {
                try await Self.stopping(pid) { try await pool.run { _ = try $0.execute("select 1") } }
            }
            #expect((error as? PostgresError)?.isConnectionLost == true)
            let next = try await pool.run { $0.backendPID }
            #expect(next != pid)
            await pool.close()
        }
    }

    @Test("A cancelled task ends although the server hangs and takes no request for cancellation")
    func cancelled() async throws {
        try await withDatabase { conninfo in
            let connection = try await Connection.open(conninfo)
            let pid = try await connection.run { $0.backendPID }
            try await Self.stopping(pid) {
                let task = Task { try await connection.run { _ = try $0.execute("select 1") } }
                try await eventually { connection.isAtWork }
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
            }
            #expect(connection.isBroken)
            await connection.close()
        }
    }

    @Test("Where the URL says nothing of time-outs, there are some; what it says counts")
    func defaults() async throws {
        try await withDatabase { conninfo in
            let connection = try await Connection.open("\(conninfo) connect_timeout=7")
            let options = try await connection.run { $0.options }
            #expect(options["connect_timeout"] == "7")
            #expect(options["tcp_user_timeout"] == "5000")
            #expect(options["keepalives_idle"] == "5")
            await connection.close()
        }
    }

    private static func error(_ body: () async throws -> Void) async -> (any Error)? {
        do {
            try await body()
            return nil
        } catch {
            return error
        }
    }
}
