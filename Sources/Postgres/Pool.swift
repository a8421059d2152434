import CLibpq
import Glibc
import Threads

/// Connections to one database for many tasks: opened when needed, at most so many, kept for the next.
///
/// Tasks wait in the order they came. What a task sets for the whole session stays set: use `set local` in a transaction.
public final class Pool: Sendable {
    private struct State {
        var idle: [Connection] = []
        var isClosed = false
    }

    private let connector: Connector
    private let setUp: @Sendable (Session) throws -> Void
    private let application: String
    private let limit: Duration?
    private let semaphore: AsyncSemaphore
    private let state = Locked(State())

    /// Opens nothing yet.
    /// - Parameters:
    ///   - conninfo: as `Connection.open` takes it.
    ///   - maximum: connections at most; each costs a thread here and a process at the server.
    public convenience init(_ conninfo: String, maximum: Int = 4, application: String = "catalog") {
        self.init(Connector(conninfo), maximum: maximum, application: application)
    }

    /// Opens nothing yet.
    /// - Parameters:
    ///   - connector: asked for each new connection.
    ///   - limit: of each piece of work: see `Connection.run`. None for work that may take long.
    ///   - setUp: runs on each new connection before it is lent.
    public init(
        _ connector: Connector, maximum: Int = 4, application: String = "catalog", limit: Duration? = nil,
        setUp: @escaping @Sendable (Session) throws -> Void = { _ in }
    ) {
        precondition(maximum > 0, "a pool without connections never answers")
        self.connector = connector
        self.setUp = setUp
        self.application = application
        self.limit = limit
        semaphore = AsyncSemaphore(maximum)
    }

    /// Lends a connection to `body`, which must not keep it.
    /// - Throws: what `body` throws; `PostgresError` if no connection can be opened or the pool is closed;
    ///   `CancellationError` if the task was cancelled while it waited.
    public func withConnection<Result>(_ body: (Connection) async throws -> Result) async throws -> Result {
        try await enter()
        // The connection is back before the semaphore is signalled: the next task finds it instead of opening another.
        defer { semaphore.signal() }
        return try await lend(try await borrow(), body)
    }

    /// Runs a piece of work on some connection: see `Connection.run`.
    /// - Parameter limit: instead of the pool's own.
    @discardableResult
    public func run<Result: Sendable>(
        within limit: Duration? = nil, _ body: @Sendable (Session) throws -> Result
    ) async throws -> Result {
        let limit = limit ?? self.limit
        try await enter()
        defer { semaphore.signal() }
        // Asked in the same visit to the connection's thread in which the work is done: each visit costs two switches.
        while let connection = takeIdle() {
            let result: Result? = try await lend(connection) {
                try await $0.run(within: limit) { $0.isStillConnected ? .some(try body($0)) : nil }
            }
            if let result { return result }
        }
        return try await lend(try await open()) { try await $0.run(within: limit, body) }
    }

    /// Runs a piece of work as one transaction on some connection: see `Connection.transaction`.
    @discardableResult
    public func transaction<Result: Sendable>(
        _ options: TransactionOptions = .init(), within limit: Duration? = nil,
        _ body: @Sendable (Session) throws -> Result
    ) async throws -> Result {
        try await run(within: limit) { session in try session.transaction(options) { try body(session) } }
    }

    /// Closes the idle connections and refuses whoever waits or comes later. A connection that is lent out stays usable and
    /// is closed when it comes back; nobody waits for that here.
    public func close() async {
        let idle = state.withLock { state in
            state.isClosed = true
            defer { state.idle = [] }
            return state.idle
        }
        semaphore.close()
        await discard(idle)
    }

    private func enter() async throws {
        guard let observer = connector.observer else { return try await semaphore.wait() }
        let begin = ContinuousClock.now
        try await semaphore.wait()
        observer.waited(application, for: .now - begin)
    }

    private func lend<Result>(
        _ connection: Connection, _ body: (Connection) async throws -> Result
    ) async throws -> Result {
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body(connection))
        } catch {
            outcome = .failure(error)
        }
        await putBack(connection)
        return try outcome.get()
    }

    /// The connection used last: the others get old and can be dropped by the server.
    private func takeIdle() -> Connection? { state.withLock { $0.idle.popLast() } }

    /// An idle connection that still works, or a new one.
    private func borrow() async throws -> Connection {
        while let connection = takeIdle() {
            // Only a cancelled task or a lost server makes this fail, and the connection is not needed then,
            // because a new one is opened by whoever comes next.
            if (try? await connection.run({ $0.isStillConnected })) == true { return connection }
            await discard([connection])
        }
        return try await open()
    }

    private func open() async throws -> Connection {
        try Task.checkCancellation()
        let connection = try await connector.open(application: application)
        try await connection.closingOnError { [announcer = connector.announcer] connection in
            _ = try await connection.run(within: limit) { session in
                session.announcer = announcer
                try setUp(session)
            }
        }
        connector.observer?.opened(application)
        return connection
    }

    private func putBack(_ connection: Connection) async {
        let isBroken = connection.isBroken
        let unwanted = state.withLock { state in
            guard isBroken || state.isClosed else {
                state.idle.append(connection)
                return [] as [Connection]
            }
            // The idle ones lead to the same server, which is gone or only reads: they would fail one task each.
            defer { state.idle = [] }
            return state.idle + [connection]
        }
        await discard(unwanted)
    }

    private func discard(_ connections: [Connection]) async {
        await withDiscardingTaskGroup { group in
            for connection in connections { group.addTask { await connection.close() } }
        }
        for _ in connections { connector.observer?.closed(application) }
    }
}

extension Session {
    /// Whether the server has not hung up on an idle connection. Asks the operating system, which costs no round trip.
    fileprivate var isStillConnected: Bool {
        while !isBroken {
            var descriptor = pollfd(fd: PQsocket(connection), events: Int16(POLLIN), revents: 0)
            // Something to read is a notice, or the end.
            guard poll(&descriptor, 1, 0) > 0 else { return true }
            PQconsumeInput(connection)
        }
        return false
    }
}
