import TestSupport
import Testing

@testable import Postgres

@Suite(.timeLimit(.minutes(2))) struct SessionTests {
    private struct Refused: Error {}

    private func count(_ connection: Connection) async throws -> Int {
        try await connection.run { try $0.query("select count(*) as n from t")[0].get("n") }
    }

    private func withTable<Result>(_ body: (Connection) async throws -> Result) async throws -> Result {
        try await withConnection { connection in
            try await connection.run { try $0.executeScript("create table t (n integer primary key, s text)") }
            return try await body(connection)
        }
    }

    @Test("A transaction commits what returns and rolls back what throws")
    func transaction() async throws {
        try await withTable { connection in
            try await connection.transaction { try $0.execute("insert into t values (1)") }
            await #expect(throws: Refused.self) {
                try await connection.transaction { session in
                    try session.execute("insert into t values (2)")
                    throw Refused()
                }
            }
            let rows = try await count(connection)
            #expect(rows == 1)
        }
    }

    @Test("Savepoints nest, and an error inside one leaves the rest")
    func savepoints() async throws {
        try await withTable { connection in
            try await connection.transaction { session in
                try session.execute("insert into t values (1)")
                try session.savepoint {
                    try session.execute("insert into t values (2)")
                    #expect(throws: PostgresError.self) {
                        try session.savepoint { try session.execute("insert into t values (1)") }
                    }
                    try session.execute("insert into t values (3)")
                }
                #expect(throws: Refused.self) {
                    try session.savepoint {
                        try session.execute("insert into t values (4)")
                        throw Refused()
                    }
                }
            }
            let rows = try await connection.run { try $0.query("select n from t order by n").map { $0[0] } }
            #expect(rows == ["1", "2", "3"])
        }
    }

    @Test("A closure that leaves a transaction open does not leave it to the next")
    func leftOpen() async throws {
        try await withTable { connection in
            try await connection.run { session in
                try session.execute("begin")
                try session.execute("insert into t values (1)")
            }
            let rows = try await count(connection)
            #expect(rows == 0)
        }
    }

    @Test("COPY carries every character, empty text and null both ways")
    func copy() async throws {
        let values: [String?] = ["plain", "", nil, "tab\tline\nreturn\rback\\slash", "\\N", "é🎧", "\u{8}\u{B}\u{C}"]
        try await withTable { connection in
            try await connection.transaction { session in
                let copied = try session.copyIn("copy t (n, s) from stdin") { writer in
                    for (number, value) in values.enumerated() {
                        writer.field(number - 3)
                        if let value { writer.field(value) } else { writer.null() }
                        try writer.endRow()
                    }
                }
                #expect(copied == values.count)
                let back = try session.query("select s from t order by n").map { $0[0] }
                #expect(back == values)
                var text: [String] = []
                let count = try session.copyOut("copy (select n from t order by n) to stdout") {
                    text.append(String(decoding: $0, as: UTF8.self))
                }
                #expect(count == values.count && text.joined() == "-3\n-2\n-1\n0\n1\n2\n3\n")
            }
        }
    }

    @Test("More than one buffer is copied whole")
    func largeCopy() async throws {
        try await withTable { connection in
            let copied = try await connection.run { session in
                try session.copyIn("copy t (n, s) from stdin") { writer in
                    for number in 0..<20_000 {
                        writer.field(number)
                        writer.field("some text for row \(number)")
                        try writer.endRow()
                    }
                }
            }
            #expect(copied == 20_000)
            let rows = try await count(connection)
            #expect(rows == 20_000)
        }
    }

    @Test("A COPY whose body throws copies nothing, throws that error, and the connection goes on")
    func copyRefused() async throws {
        try await withTable { connection in
            await #expect(throws: Refused.self) {
                try await connection.run { session in
                    _ = try session.copyIn("copy t (n, s) from stdin") { writer in
                        writer.field(1)
                        writer.null()
                        try writer.endRow()
                        throw Refused()
                    }
                }
            }
            await #expect(throws: Refused.self) {
                try await connection.run { session in
                    _ = try session.copyOut("copy (select generate_series(1, 100000)) to stdout") { _ in throw Refused()
                    }
                }
            }
            let rows = try await count(connection)
            #expect(rows == 0)
        }
    }

    @Test("Bad COPY data is an error with its SQLSTATE and without the value")
    func badCopy() async throws {
        try await withTable { connection in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.run { session in
                    _ = try session.copyIn("copy t (n) from stdin") { writer in
                        writer.field("secret")
                        try writer.endRow()
                    }
                }
            }
            #expect(error?.sqlState == "22P02")
            #expect(
                error?.description.contains("secret") == false && error?.debugDescription.contains("secret") == false)
        }
    }

    @Test("A stream passes every row once, in order", arguments: [0, 1, 12_000])
    func stream(count: Int) async throws {
        try await withConnection { connection in
            try await connection.run { session in
                var next = 1
                try session.stream("select n from generate_series(1, \(count)::integer) n") { row in
                    let number: Int = try row.get("n")
                    #expect(number == next)
                    next += 1
                }
                #expect(next == count + 1)
            }
        }
    }

    @Test("A stream that its reader ends, or its query, throws the reason, and the connection is good for more")
    func endedStream() async throws {
        struct Enough: Error {}
        try await withConnection { connection in
            try await connection.run { session in
                #expect(throws: Enough.self) {
                    try session.stream("select generate_series(1, 1000000000000)") { _ in throw Enough() }
                }
                var count = 0
                let error = #expect(throws: PostgresError.self) {
                    try session.stream("select 1 / (3 - n) from generate_series(1, 5) n") { _ in count += 1 }
                }
                #expect(error?.sqlState == "22012" && count == 2)
                #expect(throws: PostgresError.self) { try session.stream("copy (select 1) to stdout") { _ in } }
                let row = try session.first("select 42 as n")
                #expect(try row?.get("n") == 42)
            }
        }
    }

    @Test("An error of a script tells where it is")
    func script() async throws {
        try await withConnection { connection in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.run { try $0.executeScript("select 1;\nselect nonsense;") }
            }
            #expect(error?.sqlState == "42703" && error?.position == 18)
        }
    }
}
