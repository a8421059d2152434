import CLibpq
import Glibc

/// The server connection inside `Connection.run` and `transaction`: usable only there, on the connection's own thread.
public final class Session {
    let connection: OpaquePointer
    let canceller: Canceller
    private var savepointDepth = 0
    private var cursorNumber = 0

    init(conninfo: String, application: String) throws {
        // libpq quotes a text it cannot read, password and all, in its error.
        _ = try ConnectionInfo.environment(of: conninfo)
        let keywords = ["dbname", "fallback_application_name", "client_encoding"]
        let values = [conninfo, application, "UTF8"]
        guard let connection = Self.connect(keywords, values) else { throw PostgresError(message: "out of memory") }
        guard PQstatus(connection) == CONNECTION_OK else {
            let error = PostgresError(connection: connection)
            PQfinish(connection)
            throw error
        }
        // libpq prints notices to standard error otherwise.
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        self.connection = connection
        canceller = Canceller(connection)
    }

    private static func connect(_ keywords: [String], _ values: [String]) -> OpaquePointer? {
        withCStrings(keywords) { keywords in
            // expand_dbname: "dbname" may hold a whole URI or conninfo.
            withCStrings(values) { values in PQconnectdbParams(keywords, values, 1) }
        }
    }

    private var isFinished = false

    deinit { close() }

    func close() {
        guard !isFinished else { return }
        isFinished = true
        PQfinish(connection)
    }

    var isBroken: Bool { isFinished || PQstatus(connection) != CONNECTION_OK }

    /// Process id of the server's side.
    public var backendPID: Int32 { PQbackendPID(connection) }

    /// Such as 150018 for 15.18.
    public var serverVersion: Int { Int(PQserverVersion(connection)) }

    /// Runs `body` with a second connection on this thread, for statements that must not be part of this one's transaction.
    ///
    /// A cancellation of this session's work stops the second one's statement too.
    public func withCompanion<Result>(
        _ conninfo: String, application: String, _ body: (Session) throws -> Result
    ) throws -> Result {
        let companion = try Session(conninfo: conninfo, application: application)
        defer { companion.close() }
        return try canceller.including(companion.canceller) { try body(companion) }
    }

    // MARK: Statements

    /// Runs a statement and returns its rows, all of them in memory.
    public func query(_ statement: Statement) throws -> Rows {
        Rows(try perform(statement))
    }

    /// Runs a statement and returns its first row.
    public func first(_ statement: Statement) throws -> Row? {
        try query(statement).first
    }

    /// Runs a statement.
    /// - Returns: rows affected, 0 where the command has none.
    @discardableResult
    public func execute(_ statement: Statement) throws -> Int {
        try perform(statement).affected
    }

    /// Runs a text of several statements (simple protocol). An error's `position` counts from its beginning.
    public func executeScript(_ sql: String) throws {
        try checkCancellation()
        _ = try check(PQexec(connection, sql), sql)
    }

    /// Runs a query through a cursor, so that a result of any size fits in memory. Needs a transaction.
    public func stream(_ statement: Statement, batch: Int = 5000, _ body: (Row) throws -> Void) throws {
        cursorNumber += 1
        let cursor = "stream_\(cursorNumber)"
        try execute("declare \(identifier: cursor) no scroll cursor for \(statement)")
        while true {
            let rows = try query("fetch \(raw: String(batch)) from \(identifier: cursor)")
            try rows.forEach(body)
            if rows.count < batch { break }
        }
        try execute("close \(identifier: cursor)")
    }

    func perform(_ statement: Statement) throws -> ResultOwner {
        try checkCancellation()
        let result = withCStrings(statement.parameters) { values in
            PQexecParams(connection, statement.sql, Int32(statement.parameters.count), nil, values, nil, nil, 0)
        }
        return try check(result, statement.sql)
    }

    @discardableResult
    func check(_ result: OpaquePointer?, _ sql: String?) throws -> ResultOwner {
        guard let result else { throw PostgresError(connection: connection, statement: sql) }
        let owner = ResultOwner(result)
        switch owner.status {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY, PGRES_COPY_IN, PGRES_COPY_OUT: return owner
        default: throw PostgresError(owner, connection: connection, statement: sql)
        }
    }

    /// A task cancelled between two statements does not begin the next.
    func checkCancellation() throws {
        if canceller.isCurrentCancelled { throw CancellationError() }
    }

    // MARK: Transactions

    /// Runs `body` as one transaction: committed when it returns, rolled back when it throws.
    public func transaction<Result>(
        _ options: TransactionOptions = .init(), _ body: () throws -> Result
    ) throws -> Result {
        _ = try perform(Statement(stringLiteral: options.begin))
        do {
            let result = try body()
            try execute("commit")
            return result
        } catch {
            leaveTransaction()
            throw error
        }
    }

    /// Runs `body` inside a savepoint: its changes are undone when it throws, the transaction goes on. Nests.
    public func savepoint<Result>(_ body: () throws -> Result) throws -> Result {
        let name = "savepoint_\(savepointDepth)"
        try execute("savepoint \(identifier: name)")
        savepointDepth += 1
        defer { savepointDepth -= 1 }
        do {
            let result = try body()
            try execute("release savepoint \(identifier: name)")
            return result
        } catch {
            // Not through `execute`: it must happen even for a task that was cancelled. If it fails, the connection is
            // lost or the transaction aborted as a whole, and the next statement says so.
            PQclear(PQexec(connection, "rollback to savepoint \"\(name)\"; release savepoint \"\(name)\""))
            throw error
        }
    }

    /// Rolls back what a failed or careless closure left open; does nothing outside a transaction.
    func leaveTransaction() {
        guard !isFinished, PQtransactionStatus(connection) != PQTRANS_IDLE else { return }
        PQclear(PQexec(connection, "rollback"))
    }
}

/// Calls `body` with an array of C strings that ends with a null pointer; nil elements are null pointers.
func withCStrings<Result>(
    _ strings: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>) throws -> Result
) rethrows -> Result {
    var pointers: [UnsafePointer<CChar>?] = strings.map { $0.flatMap { UnsafePointer(strdup($0)) } }
    pointers.append(nil)
    defer { for pointer in pointers { free(UnsafeMutablePointer(mutating: pointer)) } }
    return try body(pointers)
}
