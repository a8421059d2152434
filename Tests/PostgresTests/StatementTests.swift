import TestSupport
import Testing

@testable import Postgres

@Suite(.timeLimit(.minutes(5))) struct StatementTests {
    @Test("Interpolated values are bound, whatever they hold")
    func bound() async throws {
        let evil = "'; drop table t; -- \\ \" $1 %s"
        let statement: Statement = "select \(evil)::text as a, \(7)::integer as b, \(String?.none)::text as c"
        #expect(statement.sql == "select $1::text as a, $2::integer as b, $3::text as c")
        #expect(statement.description == statement.sql)
        try await withConnection { connection in
            let row = try await connection.run { session in
                let row = try session.query(statement)[0]
                return (row[0], row[1], row[2])
            }
            #expect(row.0 == evil && row.1 == "7" && row.2 == nil)
        }
    }

    @Test("A spliced statement's parameters are renumbered, also beyond nine")
    func spliced() {
        var inner: Statement = "\(1)"
        for number in 2...11 { inner += ", \(number)" }
        let outer: Statement = "f(\("a"), \(inner), \("z"))"
        #expect(outer.sql == "f($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)")
        #expect(outer.parameters == ["a"] + (1...11).map(String.init) + ["z"])
    }

    @Test("Identifiers are quoted, raw text is not")
    func identifiers() {
        let statement: Statement = "select \(identifier: "a\"b") from \(raw: "t")"
        #expect(statement.sql == "select \"a\"\"b\" from t")
        let accent: Statement = "\(identifier: "a\"\u{301}b")"
        #expect(Array(accent.sql.unicodeScalars) == Array("\"a\"\"\u{301}b\"".unicodeScalars))
    }

    @Test("Every type makes the round trip")
    func roundTrip() async throws {
        try await withConnection { connection in
            try await connection.run { session in
                let texts = ["", "a,b", "\"q\" \\ {}", "NULL", " blank ", "é🎧", "line\nbreak"]
                let row = try session.query(
                    """
                    select \(Int.min)::bigint as i, \(Int32.max)::integer as i32, \(1.5)::float8 as d, \(true)::boolean as b,
                        \(texts)::text[] as t, \([1, -2])::bigint[] as n, \([String]())::text[] as e,
                        encode(\(Bytes([0, 1, 255]))::bytea, 'hex') as x, \(-Double.infinity)::float8 as f,
                        \(["a", nil])::text[] is not null as s
                    """)[0]
                #expect(try row.get("i") == Int.min)
                #expect(try row.get("i32") == Int32.max)
                #expect(try row.get("d") == 1.5)
                #expect(try row.get("b") == true)
                #expect(try row.get("t") == texts)
                #expect(try row.get("n") == [1, -2])
                #expect(try row.get("e") == [String]())
                #expect(try row.get("x") == "0001ff")
                #expect(try row.get("f") == -Double.infinity)
                #expect(try row.get("s") == true)
            }
        }
    }

    @Test("A column that is unknown, null or of another type is an error that names it, without its value")
    func columnErrors() async throws {
        try await withConnection { connection in
            try await connection.run { session in
                let row = try session.query("select 'secret' as a, null as b")[0]
                #expect(throws: ColumnError(column: "c", problem: .unknown)) { try row.get("c", as: String.self) }
                #expect(throws: ColumnError(column: "b", problem: .null)) { try row.get("b", as: String.self) }
                #expect(throws: ColumnError(column: "a", problem: .notA("Int"))) { try row.get("a", as: Int.self) }
                #expect(try row.get("b", as: String?.self) == nil)
            }
        }
    }
}
