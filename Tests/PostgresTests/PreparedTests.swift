import TestSupport
import Testing

@testable import Postgres

@Suite(.timeLimit(.minutes(5))) struct PreparedTests {
    private static func double(_ number: Int) -> Statement { "select 2 * \(number)::integer as n" }

    private func prepared(_ session: Session) throws -> Int {
        try session.query("select from pg_prepared_statements where name like 'statement_%'").count
    }

    @Test("A text is prepared once and takes other values each time")
    func once() async throws {
        try await withConnection { connection in
            let (values, count) = try await connection.run { session in
                let values = try (1...3).map { try session.query(Self.double($0).prepared())[0].get("n", as: Int.self) }
                return (values, try prepared(session))
            }
            #expect(values == [2, 4, 6])
            #expect(count == 1)
        }
    }

    @Test("What the server forgot, or a migration changed, is prepared anew")
    func anew() async throws {
        try await withConnection { connection in
            let columns = try await connection.run { session in
                try session.executeScript("create table t (a integer); insert into t values (1)")
                let statement = ("select * from t" as Statement).prepared()
                _ = try session.query(statement)
                try session.execute("discard all")
                _ = try session.query(statement)
                try session.execute("alter table t add b integer")
                return try session.query(statement).columns
            }
            #expect(columns == ["a", "b"])
        }
    }

    @Test("A text that cannot be prepared fails each time, and the next one works")
    func wrong() async throws {
        try await withConnection { connection in
            for _ in 0..<2 {
                await #expect(throws: PostgresError.self) {
                    try await connection.run { _ = try $0.query(("selct 1" as Statement).prepared()) }
                }
            }
            let value = try await connection.run { try $0.query(Self.double(4).prepared())[0].get("n", as: Int.self) }
            #expect(value == 8)
        }
    }

    @Test("Nothing stays prepared once it is to be forgotten")
    func forgotten() async throws {
        try await withConnection { connection in
            let count = try await connection.run { session in
                _ = try session.query(Self.double(1).prepared())
                try session.forgetPrepared()
                return try prepared(session)
            }
            #expect(count == 0)
        }
    }
}
