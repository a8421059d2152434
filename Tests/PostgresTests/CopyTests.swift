import Postgres
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct CopyTests {
    @Test("A COPY given to execute, or a query given to a COPY, is an error and the connection goes on")
    func wrongMethod() async throws {
        try await withConnection { connection in
            try await connection.run { session in
                try session.executeScript("create table t (n integer)")
                #expect(throws: PostgresError.self) { try session.execute("copy t from stdin") }
                #expect(throws: PostgresError.self) {
                    try session.query("copy (select generate_series(1, 9999)) to stdout")
                }
                #expect(throws: PostgresError.self) { try session.executeScript("copy t from stdin") }
                #expect(throws: PostgresError.self) { try session.copyIn("select 1") { _ in } }
                #expect(throws: PostgresError.self) { try session.copyOut("copy t from stdin") { _ in } }
                let error = #expect(throws: PostgresError.self) { try session.copyIn("copy t to stdout") { _ in } }
                #expect(error?.description.contains("copyOut") == true && error?.isConnectionLoss == false)
                #expect(try session.query("select 1 as n")[0].get("n") == 1)
            }
        }
    }

    @Test("Bytes of rows may be cut anywhere")
    func rawBytes() async throws {
        try await withConnection { connection in
            let rows = try await connection.run { session in
                try session.executeScript("create table t (n integer, s text)")
                let text = (0..<10_000).map { "\($0)\trow \($0)\n" }.joined()
                try session.copyIn("copy t from stdin") { writer in
                    for piece in Array(text.utf8).split(by: 997) { try piece.withUnsafeBytes(writer.write) }
                }
                return try session.query("select count(*) as n from t where s = 'row ' || n")[0].get("n", as: Int.self)
            }
            #expect(rows == 10_000)
        }
    }

    @Test("Rows are sent in the order of their keys' bytes, those of each 512 KiB by themselves")
    func ordered() async throws {
        try await withConnection { connection in
            let rows = try await connection.run { session in
                try session.executeScript("create table t (n serial, key text, value text)")
                let long = String(repeating: "x\t", count: 50_000)
                try session.copyIn("copy t (key, value) from stdin") { writer in
                    for key in ["b", "a\n", "a", "", "aaaaaaaab", "aaaaaaaaa"] { try writer.row(key, key + "'s") }
                    for key in ["d", "c", "z", "e"] { try writer.row(key, long) }
                    try writer.row("0", "last")
                }
                return try session.query("select key || '=' || left(value, 11) as row from t order by n").map {
                    try $0.get("row", as: String.self)
                }
            }
            let long = ["c", "d", "e", "z"].map { "\($0)=x\tx\tx\tx\tx\tx" }
            let short = ["", "a", "a\n", "aaaaaaaaa", "aaaaaaaab", "b"].map { "\($0)=\($0)'s" }
            #expect(rows == short + long + ["0=last"])
        }
    }

    @Test("An error of the body that comes from elsewhere is not replaced by the server's")
    func bodyError() async throws {
        try await withConnection { connection in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.run { session in
                    try session.executeScript("create table t (n integer)")
                    try session.copyIn("copy t from stdin") { _ in throw PostgresError.elsewhere }
                }
            }
            #expect(error?.message == PostgresError.elsewhere.message)
        }
    }

    @Test("Operators learn the line of bad COPY data, nobody the value")
    func lineOfBadData() async throws {
        try await withConnection { connection in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.run { session in
                    try session.executeScript("create table t (n integer)")
                    try session.copyIn("copy t from stdin") { writer in
                        for value in ["1", "2", "secret"] {
                            writer.field(value)
                            try writer.endRow()
                        }
                    }
                }
            }
            #expect(error?.debugDescription.contains("at COPY t, line 3, column n") == true)
            #expect(error?.debugDescription.contains("secret") == false)
        }
    }

    @Test("A cancelled task stops sending rows")
    func cancelled() async throws {
        try await withDatabase { conninfo in
            try await ServerActivity.watch(conninfo) { activity in
                let connection = try await Connection.open(conninfo)
                try await connection.run { try $0.executeScript("create table t (n integer)") }
                let task = Task {
                    try await connection.transaction { session in
                        // Ends by cancellation only.
                        try session.copyIn("copy t from stdin") { writer in
                            while true {
                                writer.field(1)
                                try writer.endRow()
                            }
                        }
                    }
                }
                try await activity.until("query like 'copy t%' and state = 'active'", count: 1)
                task.cancel()
                await #expect(throws: CancellationError.self) { try await task.value }
                let rows: Int = try await connection.run { try $0.query("select count(*) as n from t")[0].get("n") }
                #expect(rows == 0)
                await connection.close()
            }
        }
    }
}

extension CopyWriter {
    fileprivate func row(_ key: String, _ value: String) throws {
        field(key)
        field(value)
        var key = key
        try key.withUTF8 { try endRow(inOrderOf: UnsafeRawBufferPointer($0)) }
    }
}

extension PostgresError {
    /// An error that some other connection could have had.
    fileprivate static let elsewhere = {
        do {
            _ = try ConnectionInfo.environment(of: "neither")
            preconditionFailure("a text without '=' was read as connection text")
        } catch {
            return error as! PostgresError
        }
    }()
}

extension Array {
    fileprivate func split(by size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
