@testable import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ParameterTests {
    @Test(
        "What looks like SQL, an escape or an array arrives as the text it is",
        arguments: [
            "'; select 1; --", "$1", "\\", "\\'", "''", "\"", "%s", "{}", "{a,b}", "NULL", "", " ", "\u{1}", "\r\n",
            "é漢🧵",
        ])
    func arrivesAsText(value: String) async throws {
        try await withConnection { connection in
            try await connection.run { session in
                let row = try session.query("select \(value)::text as one, \([value, value])::text[] as many")[0]
                #expect(try row.get("one") == value)
                #expect(try row.get("many") == [value, value])
            }
        }
    }

    @Test("A dollar sign in spliced text stays as it was written")
    func dollarSigns() {
        let spliced: Statement = "price = '$1' and id = \(5)"
        let statement: Statement = "select \(0) where \(spliced)"
        #expect(statement.sql == "select $1 where price = '$1' and id = $2")
    }

    @Test("Text with a NUL character is refused instead of cut off there")
    func nulCharacter() async throws {
        try await withConnection { connection in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.run { _ = try $0.execute("select \("secret\0tail")::text") }
            }
            #expect(error?.sqlState == "22021" && error?.isConnectionLoss == false)
            #expect(error?.debugDescription.contains("secret") == false)
            await #expect(throws: PostgresError.self) {
                try await connection.run { try $0.executeScript("create table t ();\0 drop table t") }
            }
            let exists: Bool = try await connection.run {
                try $0.query("select to_regclass('t') is not null as e")[0].get("e")
            }
            #expect(!exists)
        }
    }

    @Test("Binary data makes the round trip, all 256 bytes of it")
    func bytes() async throws {
        let all = Bytes(Array(0...255))
        try await withConnection { connection in
            let (back, empty) = try await connection.run { session in
                let row = try session.query("select \(all)::bytea as a, \(Bytes([]))::bytea as e")[0]
                return (try row.get("a", as: Bytes.self), try row.get("e", as: Bytes.self))
            }
            #expect(back == all)
            #expect(empty == Bytes([]))
        }
    }

    @Test("What is not hexadecimal text is not binary data", arguments: ["", "00", "\\x0", "\\xzz", "\\x0g"])
    func noBytes(text: String) {
        #expect(Bytes(postgresText: text) == nil)
    }

    @Test("Numbers that do not fit are refused, not cut")
    func overflow() async throws {
        try await withConnection { connection in
            try await connection.run { session in
                let row = try session.query("select 4294967296::bigint as n, 1.5::numeric as d")[0]
                #expect(throws: ColumnError(column: "n", problem: .notA("Int32"))) { try row.get("n", as: Int32.self) }
                #expect(throws: ColumnError(column: "d", problem: .notA("Int"))) { try row.get("d", as: Int.self) }
            }
        }
    }

    @Test("An array with NULL or of two dimensions is not an array of texts")
    func arrays() {
        #expect([String](postgresText: "{a,NULL}") == nil)
        #expect([String](postgresText: "{{a},{b}}") == nil)
        #expect([String](postgresText: "{\"NULL\",b}") == ["NULL", "b"])
        #expect([Int](postgresText: "{1,x}") == nil)
    }
}
