import Testing

@testable import Migrations

@Suite("Splitting a script into statements")
struct SQLStatementTests {
    @Test(
        "A semicolon ends a statement only where SQL says so",
        arguments: [
            ("select 1; select 2", ["select 1", "select 2"]),
            ("", []),
            ("-- nothing\n /* at all */ ;;\n", []),
            ("select 'a;b'; select 2;", ["select 'a;b'", "select 2"]),
            ("select 'it''s;'; x", ["select 'it''s;'", "x"]),
            ("select 'back\\'; x", ["select 'back\\'", "x"]),
            ("select E'it\\';s', E'a''\\';'; x", ["select E'it\\';s', E'a''\\';'", "x"]),
            ("select e'\\\\'; x", ["select e'\\\\'", "x"]),
            (#"select "a;""b"; x"#, [#"select "a;""b""#, "x"]),
            ("do $$ begin; end $$; x", ["do $$ begin; end $$", "x"]),
            ("do $a$ ; $$ ; $b$ ; $a$; x", ["do $a$ ; $$ ; $b$ ; $a$", "x"]),
            ("select $1; x", ["select $1", "x"]),
            ("select a$b$; x$b$", ["select a$b$", "x$b$"]),
            ("select $é$;$é$; x", ["select $é$;$é$", "x"]),
            ("select 1 -- a; b\n + 2; x", ["select 1 -- a; b\n + 2", "x"]),
            ("select /* ; /* ; */ ; */ 1; x", ["select /* ; /* ; */ ; */ 1", "x"]),
            ("select 4 */* ; */ 2; x", ["select 4 */* ; */ 2", "x"]),
            (
                "create rule r as on delete to t do also (select 1; select 2); x",
                ["create rule r as on delete to t do also (select 1; select 2)", "x"]
            ),
            (
                "create function f() returns int begin atomic; select case when true then 1 end; end; x",
                ["create function f() returns int begin atomic; select case when true then 1 end; end", "x"]
            ),
            ("begin; atomic; end", ["begin", "atomic", "end"]),
            ("select 'open; select 2", ["select 'open; select 2"]),
            ("select $$open; x", ["select $$open; x"]),
            ("select /* open; x", ["select"]),
            ("select E'open\\", ["select E'open\\"]),
        ])
    func split(script: String, expected: [String]) {
        #expect(SQLStatement.split(script).map(\.text) == expected)
    }

    @Test("A statement knows its line, and that of a character in it")
    func lines() {
        let statements = SQLStatement.split("-- first\n\nselect 1;\r\n  select\n 'ü\n',\n oops;")
        #expect(statements.map(\.line) == [3, 4])
        #expect(statements[1].line(atCharacter: 1) == 4)
        #expect(statements[1].line(atCharacter: 15) == 7)
        #expect(statements[1].line(atCharacter: 999) == 7)
        #expect(statements[1].excerpt == "select 'ü ', oops")
    }

    @Test("A long statement is cut to 80 characters in messages")
    func longExcerpt() {
        let excerpt = SQLStatement.split("select " + String(repeating: "x", count: 200))[0].excerpt
        #expect(excerpt.count == 80)
        #expect(excerpt.hasSuffix("x…"))
    }

    @Test(
        "Statements that begin or end a transaction are recognised",
        arguments: [
            ("begin", true), ("BEGIN work", true), ("start transaction", true), ("commit and chain", true),
            ("end", true),
            ("abort", true), ("rollback", true), ("rollback work", true), ("prepare transaction 'x'", true),
            ("rollback to savepoint a", false), ("rollback work to a", false), ("savepoint a", false),
            ("release a", false), ("prepare p as select 1", false), ("\"commit\"", false), ("select 'commit'", false),
        ])
    func transactionControl(sql: String, expected: Bool) {
        #expect(SQLStatement.split(sql).map(\.controlsTransaction) == [expected])
    }

    @Test(
        "A quoted name is read and written as the server does, with an accent behind a quotation mark, too",
        arguments: ["a", "a\"b", "\u{301}a", "a\"\u{301}", "\"\u{301}\""])
    func quotedNames(name: String) throws {
        let quoted = QualifiedName(schema: nil, name: name).quoted
        let found = try #require(SQLTokens("table \(quoted)").qualifiedName(at: 1)?.name)
        #expect(Array(found.name.utf8) == Array(name.utf8))
        #expect(quoted.unicodeScalars.count { $0 == "\"" } == 2 + 2 * name.unicodeScalars.count { $0 == "\"" })
    }
}
