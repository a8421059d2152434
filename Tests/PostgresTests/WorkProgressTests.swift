import TestSupport
import Testing
import Threads

@testable import Postgres

@Suite(.timeLimit(.minutes(5))) struct WorkProgressTests {
    @Test("COPY and streamed rows report to whoever watches over the work, on the connection's thread, too")
    func reports() async throws {
        try await withDatabase { conninfo in
            let connection = try await Connection.open(conninfo)
            let reports = Locked(0)
            let counts = try await WorkProgress.$report.withValue(.init { reports.withLock { $0 += 1 } }) {
                try await connection.transaction { session in
                    try session.execute("create temporary table numbers (n integer)")
                    _ = try session.copyIn("copy numbers from stdin") { writer in
                        for number in 0..<100_000 {
                            writer.field(number)
                            try writer.endRow()
                        }
                    }
                    let copied = reports.withLock { $0 }
                    try session.stream("select n from numbers limit 1000") { _ in }
                    return [copied, reports.withLock { $0 } - copied]
                }
            }
            #expect(counts[0] >= 5 && counts[1] == 3)
            await connection.close()
        }
    }
}
