import CLibpq
import Synchronization

/// One connection to a server, on a thread of its own.
///
/// A transaction is one synchronous closure that runs there whole: it pays one hop between threads, and no statement of
/// somebody else can slip between. Cancelling the calling task cancels the running statement; the call then throws
/// `CancellationError`, the transaction is rolled back, and the connection stays usable.
public actor Connection {
    private let executor: ThreadExecutor
    private let session: Session
    private let canceller: Canceller
    private var isClosed = false
    /// Readable without a hop to the connection's thread.
    private let isUnusable = Atomic(false)

    /// The connection's own thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Connects.
    /// - Parameters:
    ///   - conninfo: URI or `key=value` text as libpq takes it (manual, section 34.1.1); everything in it passes through,
    ///     `sslmode=verify-full` for one.
    ///   - application: what `pg_stat_activity` shows, unless `conninfo` says otherwise.
    ///   - watch: gives the connection up when its server hangs.
    /// - Throws: `PostgresError` without SQLSTATE; its message names host and cause, never the password.
    public static func open(
        _ conninfo: String, application: String = "catalog", watch: ServerWatch = .shared
    ) async throws -> Connection {
        let executor = ThreadExecutor(name: "pg-\(application)")
        let opener = Opener(executor: executor)
        do {
            let session = try await opener.open(conninfo, application, watch)
            return Connection(executor, session.value)
        } catch {
            executor.stop()
            throw error
        }
    }

    private init(_ executor: ThreadExecutor, _ session: Session) {
        self.executor = executor
        self.session = session
        canceller = session.canceller
    }

    deinit { executor.stop() }

    /// Whether the server is gone, or has refused a change because it only reads, as far as the last statement showed.
    public nonisolated var isBroken: Bool { isUnusable.load(ordering: .acquiring) || canceller.isSevered }

    /// Whether a piece of work is under way.
    nonisolated var isAtWork: Bool { canceller.isAtWork }

    /// Runs a piece of work on the connection's thread.
    /// - Parameter limit: how long it may take. At most a second later the connection is shut, whatever the server does, and is lost. TCP notices a
    ///   host that is gone, but not a server that hangs on a host that lives.
    @discardableResult
    public nonisolated func run<Result: Sendable>(
        within limit: Duration? = nil, _ body: @Sendable (Session) throws -> Result
    ) async throws -> Result {
        let ticket = canceller.ticket()
        defer { canceller.forget(ticket) }
        return try await withTaskCancellationHandler {
            try await perform(ticket, limit, body)
        } onCancel: {
            canceller.cancel(ticket)
        }
    }

    /// Runs a piece of work as one transaction: committed when it returns, rolled back when it throws.
    @discardableResult
    public nonisolated func transaction<Result: Sendable>(
        _ options: TransactionOptions = .init(), _ body: @Sendable (Session) throws -> Result
    ) async throws -> Result {
        try await run { session in try session.transaction(options) { try body(session) } }
    }

    /// Closes the connection and ends its thread. Work enqueued later fails.
    public func close() {
        guard !isClosed else { return }
        isClosed = true
        isUnusable.store(true, ordering: .releasing)
        session.close()
    }

    private func perform<Result: Sendable>(
        _ ticket: Int, _ limit: Duration?, _ body: @Sendable (Session) throws -> Result
    ) throws -> Result {
        guard !isClosed else { throw PostgresError(message: "the connection is closed", isConnectionLost: true) }
        try canceller.begin(ticket, within: limit)
        let outcome = Swift.Result { try body(session) }
        let interruption = canceller.end(ticket)
        session.leaveTransaction()
        if session.isBroken || session.isReadOnlyServer {
            isUnusable.store(true, ordering: .releasing)
        }
        guard case .failure = outcome, let interruption else {
            // An interruption that came after the last statement changes nothing: what was committed is reported.
            return try outcome.get()
        }
        switch interruption {
        case .cancelled: throw CancellationError()
        case .timedOut: throw PostgresError.givenUp("did not answer within \(limit.map { "\($0)" } ?? "its time")")
        case .serverHangs: throw PostgresError.givenUp("hangs: it does not answer new connections either")
        }
    }
}

extension PostgresError {
    fileprivate static func givenUp(_ reason: String) -> PostgresError {
        PostgresError(message: "the server \(reason): the connection was given up", isConnectionLost: true)
    }
}

/// Connects on the thread the connection will live on.
private actor Opener {
    private let executor: ThreadExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(executor: ThreadExecutor) {
        self.executor = executor
    }

    func open(_ conninfo: String, _ application: String, _ watch: ServerWatch) throws -> Opened {
        Opened(value: try Session(conninfo: conninfo, application: application, watch: watch))
    }
}

/// A new session on its way to the actor that will own it.
private struct Opened: @unchecked Sendable {  // because it is handed over once, before anybody uses it
    let value: Session
}
