import CLibpq
import Glibc

/// The server connection inside `Connection.run` and `transaction`: usable only there, on the connection's own thread.
public final class Session {
    let connection: OpaquePointer
    let canceller: Canceller
    var savepointDepth = 0
    /// By text.
    var preparedNames: [String: String] = [:]
    var preparedCount = 0
    private(set) var keepsStatementsAnswer: Bool?
    /// The transaction at hand was begun to read only: its refusals say nothing of the server.
    var onlyReads = false
    /// Sends what transactions have to tell; without one the session does it alone.
    var announcer: Announcer?
    /// To be told when the transaction at hand has committed.
    var notices: [Notice] = []
    /// What begins the transaction at hand, as long as it was not sent: it goes out in front of the first statement.
    var beginning: [Message] = []
    /// Of the transaction at hand: see `executeLater`.
    var waiting: [WaitingStatement] = []
    /// Why the transaction at hand cannot commit any more, although nobody may have heard of it.
    var waitingFailure: WaitingFailure?
    /// The server has refused a change because it only reads.
    private(set) var isReadOnlyServer = false

    init(conninfo: String, application: String, watch: ServerWatch = .shared) throws {
        try ConnectionInfo.check(conninfo)
        let defaults = try Self.defaults(for: conninfo)
        let keywords = defaults.map(\.key) + ["dbname", "fallback_application_name", "client_encoding"]
        let values = defaults.map(\.value) + [conninfo, application, "UTF8"]
        guard let connection = try Self.connect(keywords, values) else { throw PostgresError(message: "out of memory") }
        guard PQstatus(connection) == CONNECTION_OK else {
            var error = PostgresError(connection: connection)
            // Of a connection that never came to be libpq keeps no SQLSTATE: 28P01 and 28000 are what follows a question for the password.
            error.isLoginRefused = PQconnectionUsedPassword(connection) == 1
            PQfinish(connection)
            throw error
        }
        // libpq prints notices to standard error otherwise.
        PQsetNoticeProcessor(connection, { _, _ in }, nil)
        self.connection = connection
        canceller = Canceller(connection, watch: watch)
    }

    /// Before the caller's text, whose own words count: a host that does not answer is noticed within seconds, not after the hours that
    /// the operating system takes; and of several hosts the one that takes changes is meant (manual, section 34.1.2).
    private static func defaults(for conninfo: String) throws -> [(key: String, value: String)] {
        var defaults: [(key: String, value: String)] = [
            ("keepalives_idle", "5"), ("keepalives_interval", "2"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "5000"),
        ]
        if getenv("PGCONNECT_TIMEOUT") == nil { defaults.append(("connect_timeout", "3")) }
        if getenv("PGTARGETSESSIONATTRS") == nil, try ConnectionInfo.namesSeveralHosts(conninfo) {
            defaults.append(("target_session_attrs", "read-write"))
        }
        return defaults
    }

    private static func connect(_ keywords: [String], _ values: [String]) throws -> OpaquePointer? {
        try withCStrings(keywords) { keywords in
            // expand_dbname: "dbname" may hold a whole URI or conninfo.
            try withCStrings(values) { values in PQconnectdbParams(keywords, values, 1) }
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

    /// What the connection was made with, by libpq's keywords.
    var options: [String: String] {
        guard let options = PQconninfo(connection) else { return [:] }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            values[String(cString: keyword)] = option.pointee.val.map { String(cString: $0) }
            option += 1
        }
        return values
    }

    /// Whether this connection is one of the server's own, so that what is set or locked for the session stays with it. A pooler such as
    /// PgBouncer invents the process ids that it tells its clients.
    public func leadsToServer() throws -> Bool {
        try first("select pg_backend_pid() as pid")?.get("pid", as: Int.self) == Int(backendPID)
    }

    /// Whether a prepared statement stays with this session. Asked once, before the first: a pooler in transaction mode would look for it
    /// in whichever of its connections is free.
    func keepsStatements() throws -> Bool {
        if let keepsStatementsAnswer { return keepsStatementsAnswer }
        let answer = try leadsToServer()
        keepsStatementsAnswer = answer
        return answer
    }

    /// Whether a transaction of this session may change something.
    /// - Throws: ``ServerIsReadOnly``.
    public func requireWritable() throws {
        let row = try first(
            """
            select pg_is_in_recovery() as standby, current_setting('transaction_read_only') = 'on' as frozen
            """)
        guard let row else { return }
        if try row.get("standby") { throw ServerIsReadOnly(isStandby: true) }
        if try row.get("frozen") { throw ServerIsReadOnly(isStandby: false) }
    }

    var isInTransaction: Bool { !beginning.isEmpty || PQtransactionStatus(connection) != PQTRANS_IDLE }

    /// Such as 150018 for 15.18.
    public var serverVersion: Int { Int(PQserverVersion(connection)) }

    /// Runs `body` with a second connection on this thread, for statements that must not be part of this one's transaction.
    ///
    /// A cancellation of this session's work stops the second one's statement too.
    public func withCompanion<Result>(
        _ conninfo: String, application: String, _ body: (Session) throws -> Result
    ) throws -> Result {
        try runWaiting()
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
        try runWaiting()
        let result = try withCStrings([sql]) { PQexec(connection, $0[0]) }
        _ = try check(result, sql)
    }

    /// - Parameter copy: what a COPY answers; nil refuses one, as it would wait for somebody to send or take its rows.
    func perform(_ statement: Statement, copy: ExecStatusType? = nil) throws -> ResultOwner {
        try checkCancellation()
        // A COPY cannot go out with others.
        if copy != nil { try runWaiting() }
        if isWaiting { return try runWaiting(and: [statement])[0].get() }
        if statement.isPrepared, copy == nil, try keepsStatements() { return try performPrepared(statement) }
        let (sql, count) = (statement.sql, statement.parameters.count)
        let result = try withCStrings([sql] + statement.parameters) { texts in
            PQexecParams(connection, texts[0], Int32(count), nil, texts + 1, nil, nil, 0)
        }
        return try check(result, sql, copy: copy)
    }

    func check(_ result: OpaquePointer?, _ sql: String?, copy: ExecStatusType? = nil) throws -> ResultOwner {
        guard let result else { throw PostgresError(connection: connection, statement: sql) }
        let owner = ResultOwner(result)
        switch owner.status {
        case PGRES_COMMAND_OK where copy == nil, PGRES_TUPLES_OK where copy == nil, PGRES_EMPTY_QUERY where copy == nil:
            return owner
        case copy: return owner
        case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE, PGRES_NONFATAL_ERROR:
            let error = PostgresError(owner, connection: connection, statement: sql)
            if error.isReadOnlyServer, !onlyReads { isReadOnlyServer = true }
            throw error
        default:
            // If it began a COPY, libpq ends that at the next statement.
            throw PostgresError(
                message: "use copyIn for COPY FROM STDIN, copyOut for COPY TO STDOUT, query for the rest: \(sql ?? "")",
                sqlState: "42601")
        }
    }

    /// A task cancelled between two statements does not begin the next.
    func checkCancellation() throws {
        if canceller.isCurrentCancelled { throw CancellationError() }
    }
}

/// The server takes no changes.
public struct ServerIsReadOnly: Error, Equatable, CustomStringConvertible {
    public let isStandby: Bool

    /// The fact and the remedy, in one line.
    public var description: String {
        isStandby
            ? "the database server is a standby and takes no changes: name the primary, or all hosts, in the URL"
            : "the database takes no changes (default_transaction_read_only is on): whoever froze writes has to release them"
    }
}
