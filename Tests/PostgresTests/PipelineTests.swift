import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct PipelineTests {
    @Test func settingsOfAPipelineEndWithIt() async throws {
        try await withConnection { connection in
            let answers = try await connection.run { session -> [String?] in
                let rows = try session.pipeline([
                    "select set_config('catalog.vendor_id', \("V001")::text, true)",
                    "select current_setting('catalog.vendor_id') as vendor",
                ])
                let after = try session.first("select nullif(current_setting('catalog.vendor_id', true), '')")
                return [rows[1].first?[0], after?[0]]
            }
            #expect(answers == ["V001", nil])
        }
    }

    @Test func aPreparedStatementIsPreparedOnce() async throws {
        try await withConnection { connection in
            let (values, prepared) = try await connection.run { session in
                let values = try (1...3).map { number in
                    try session.pipeline([Statement("select \(number)::integer + 1").prepared()])[0].first?[0]
                }
                return (values, try session.query("select from pg_prepared_statements").count)
            }
            #expect(values == ["2", "3", "4"])
            #expect(prepared == 1)
        }
    }

    @Test("Rows come together again after a query whose rows were streamed")
    func afterAStream() async throws {
        try await withConnection { connection in
            let counts = try await connection.run { session in
                try session.transaction {
                    try session.stream("select generate_series(1, 3)") { _ in }
                    return try session.pipeline(["select generate_series(1, 5)", "select 1"]).map(\.count)
                }
            }
            #expect(counts == [5, 1])
        }
    }

    @Test func aFailureUndoesAllAndLeavesTheConnectionAtWork() async throws {
        try await withConnection { connection in
            try await connection.run { try $0.executeScript("create temporary table t (n integer)") }
            let failure = try await connection.run { session in
                do {
                    _ = try session.pipeline([
                        "insert into t values (1)", Statement("select 1 / \(0)::integer").prepared(), "select 2",
                    ])
                    return nil as String?
                } catch let error as PostgresError {
                    return error.sqlState
                }
            }
            #expect(failure == "22012")
            let (count, next) = try await connection.run { session in
                (
                    try session.query("select from t").count,
                    try session.pipeline([Statement("select 6 / \(3)::integer").prepared()])[0].first?[0]
                )
            }
            #expect(count == 0)
            #expect(next == "2")
        }
    }

    @Test func whatTheServerForgotIsPreparedAgain() async throws {
        try await withConnection { connection in
            let answer = try await connection.run { session in
                let statement = Statement("select \(7)::integer").prepared()
                _ = try session.pipeline([statement])
                try session.execute("deallocate all")
                return try session.pipeline([statement])[0].first?[0]
            }
            #expect(answer == "7")
        }
    }

    @Test func insideATransactionItIsPartOfIt() async throws {
        try await withConnection { connection in
            try await connection.run { try $0.executeScript("create table t (n integer)") }
            await #expect(throws: CancellationError.self) {
                try await connection.transaction { session in
                    let answers = try session.pipeline(["insert into t values (1)", "select from t"])
                    #expect(answers[0].affected == 1 && answers[1].count == 1)
                    throw CancellationError()
                }
            }
            let count = try await connection.run { try $0.query("select from t").count }
            #expect(count == 0)
        }
    }

    @Test("A text that cannot be prepared fails alone, before one that can")
    func wrong() async throws {
        try await withConnection { connection in
            for _ in 0..<2 {
                let error = await #expect(throws: PostgresError.self) {
                    try await connection.run { session in
                        _ = try session.pipeline([
                            ("selct 1" as Statement).prepared(), ("select 1" as Statement).prepared(),
                        ])
                    }
                }
                #expect(error?.sqlState == "42601" && error?.statement == "selct 1")
            }
            let value = try await connection.run {
                try $0.pipeline([("select 1" as Statement).prepared()])[0].first?[0]
            }
            #expect(value == "1")
        }
    }

    @Test("A text with NUL goes nowhere: nothing is sent, and the connection stays at work")
    func nul() async throws {
        try await withConnection { connection in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.run { _ = try $0.pipeline(["select 1", "select \("a\0b")::text"]) }
            }
            #expect(error?.sqlState == "22021")
            let count = try await connection.run { try $0.query("select 1").count }
            #expect(count == 1)
        }
    }
}
