import TestSupport
import Testing

@testable import Postgres

@Suite(.timeLimit(.minutes(2))) struct CopyCancellationTests {
    /// Whether the connection still answers, and how many rows the table has.
    private func rows(_ connection: Connection) async throws -> Int {
        try await connection.run { try $0.query("select count(*) as n from t")[0].get("n") }
    }

    private func withTable(_ body: (Connection) async throws -> Void) async throws {
        try await withConnection { connection in
            try await connection.run { try $0.executeScript("create table t (n integer)") }
            try await body(connection)
        }
    }

    @Test("Cancelling a task in the middle of a COPY to the server copies nothing, and the connection goes on")
    func copyIn() async throws {
        try await withTable { connection in
            let (begun, signal) = AsyncStream<Void>.makeStream()
            let task = Task {
                try await connection.transaction { session in
                    try session.copyIn("copy t from stdin") { writer in
                        while !session.canceller.isCurrentCancelled {
                            writer.field(1)
                            try writer.endRow()
                            signal.yield()
                        }
                    }
                }
            }
            for await _ in begun { break }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let count = try await rows(connection)
            #expect(count == 0)
        }
    }

    @Test("Cancelling a task in the middle of a COPY from the server ends it, and the connection goes on")
    func copyOut() async throws {
        try await withTable { connection in
            let (begun, signal) = AsyncStream<Void>.makeStream()
            let task = Task {
                try await connection.run { session in
                    // More rows than anybody waits for.
                    try session.copyOut("copy (select generate_series(1, 1000000000000)) to stdout") { _ in
                        signal.yield()
                    }
                }
            }
            for await _ in begun { break }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let count = try await rows(connection)
            #expect(count == 0)
        }
    }

    @Test("Cancelling a task in the middle of a stream ends it between two rows, and the connection goes on")
    func stream() async throws {
        try await withTable { connection in
            let (begun, signal) = AsyncStream<Void>.makeStream()
            let task = Task {
                try await connection.transaction { session in
                    try session.stream("select generate_series(1, 1000000000000) as n") { _ in signal.yield() }
                }
            }
            for await _ in begun { break }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let count = try await rows(connection)
            #expect(count == 0)
        }
    }

    @Test(
        "A row that the server refuses ends a long COPY with the server's reason, wherever it stands",
        arguments: [1, 150_000])
    func refusedRow(bad: Int) async throws {
        try await withTable { connection in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.run { session in
                    try session.copyIn("copy t from stdin") { writer in
                        for number in 1...300_000 {
                            if number == bad { writer.field("secret") } else { writer.field(number) }
                            try writer.endRow()
                        }
                    }
                }
            }
            #expect(error?.sqlState == "22P02" && error?.isConnectionLoss == false)
            let count = try await rows(connection)
            #expect(count == 0)
        }
    }
}
