import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct TransactionTests {
    @Test("A transaction that went on after a failed statement does not pass for committed")
    func failedStatement() async throws {
        try await withConnection { connection in
            try await connection.run { try $0.executeScript("create table t (n integer primary key)") }
            let error = await #expect(throws: PostgresError.self) {
                try await connection.transaction { session in
                    try session.execute("insert into t values (1)")
                    #expect(throws: PostgresError.self) { try session.execute("insert into t values (1)") }
                }
            }
            #expect(error?.sqlState == "25P02")
            let rows: Int = try await connection.run { try $0.query("select count(*) as n from t")[0].get("n") }
            #expect(rows == 0)
        }
    }

    @Test("A deferred constraint that fails at the commit is the transaction's error")
    func failedCommit() async throws {
        try await withConnection { connection in
            try await connection.run {
                try $0.executeScript(
                    "create table t (n integer constraint t_n_is_unique unique deferrable initially deferred)")
            }
            let error = await #expect(throws: PostgresError.self) {
                try await connection.transaction { try $0.execute("insert into t values (1), (1)") }
            }
            #expect(error?.isUniqueViolation == true && error?.constraint == "t_n_is_unique")
            try await connection.transaction { try $0.execute("insert into t values (1)") }
        }
    }

    @Test(
        "A setting of the task reaches the server as it is, whatever would end a literal in it",
        arguments: ["O'Neil", "x'\u{301}; set local catalog.other = E'y", "a\\\u{301}'", "\\", "a\r\n'b", "'\u{200D}'"])
    func settings(value: String) async throws {
        try await withConnection { connection in
            let context = TransactionContext(settings: ["catalog.actor": value])
            let read = try await TransactionContext.$current.withValue(context) {
                try await connection.transaction { session in
                    let row = try session.query(
                        "select current_setting('catalog.actor') as actor, current_setting('catalog.other', true) as other"
                    )[0]
                    return [try row.get("actor", as: String.self), row[1] ?? ""]
                }
            }
            #expect(read.map { Array($0.utf8) } == [Array(value.utf8), []])
        }
    }

    @Test("A transaction inside a transaction is refused, and the outer one rolls back")
    func nested() async throws {
        try await withConnection { connection in
            try await connection.run { try $0.executeScript("create table t (n integer)") }
            let error = await #expect(throws: PostgresError.self) {
                try await connection.transaction { session in
                    try session.execute("insert into t values (1)")
                    try session.transaction { try session.execute("insert into t values (2)") }
                }
            }
            #expect(error?.message.contains("savepoint") == true && error?.isConnectionLoss == false)
            let rows: Int = try await connection.run { try $0.query("select count(*) as n from t")[0].get("n") }
            #expect(rows == 0)
        }
    }

    @Test("Isolation, access and deferral reach the server")
    func options() async throws {
        try await withConnection { connection in
            let options = TransactionOptions(isolation: .serializable, isReadOnly: true, isDeferrable: true)
            let settings = try await connection.transaction(options) { session in
                try ["isolation", "read_only", "deferrable"].map { name in
                    try session.query("show \(raw: "transaction_\(name)")")[0][0]
                }
            }
            #expect(settings == ["serializable", "on", "on"])
            let error = await #expect(throws: PostgresError.self) {
                try await connection.transaction(.readOnlySnapshot) { try $0.execute("create table t ()") }
            }
            #expect(error?.sqlState == "25006")
        }
    }
}
