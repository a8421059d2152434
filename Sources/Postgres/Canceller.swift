import CLibpq
import Glibc
import Threads

/// Ends the work of one connection from any thread: by asking the server, or without it.
///
/// Work is numbered. A cancellation names its number, so that one that comes late, or before its work began, never hits
/// the work of somebody else.
final class Canceller: @unchecked Sendable {  // because PQcancel is thread-safe, the rest in the monitor
    /// Why work ended before its time.
    enum Interruption { case cancelled, timedOut, serverHangs }

    private struct State {
        var current = 0
        var cancelled: Set<Int> = []
        var last = 0
        var companion: Canceller?
        /// A request is on its way: the work cannot end and the next one begin before it has reached the server.
        var isTravelling = false
        /// The work during which the connection was shut; 0 if it was idle.
        var severed: Int?
        /// It was shut because the server answers nobody.
        var isAbandoned = false
        /// When the work at hand began; nil while it waits for nothing that the server owes it.
        var began: ContinuousClock.Instant?
        /// When it is given up.
        var deadline: ContinuousClock.Instant?
    }

    /// How long a server may take to obey, before the connection is given up: one that hangs never does.
    private static let patience = Duration.seconds(10)

    private let handle: OpaquePointer?
    /// A descriptor of its own: libpq may close its one at any moment, and the number may mean another file then.
    private let socket: Int32
    /// Held for moments only: `cancel` runs on whatever thread cancels a task. The connection's thread alone waits.
    private let state = Monitor(State())
    /// Where the connection leads to; nil if it is lost already.
    let server: ServerAddress?
    private let watch: ServerWatch

    init(_ connection: OpaquePointer, watch: ServerWatch) {
        handle = PQgetCancel(connection)
        socket = fcntl(PQsocket(connection), F_DUPFD_CLOEXEC, 0)
        server = ServerAddress(peerOf: socket)
        self.watch = watch
        watch.add(self)
    }

    deinit {
        watch.remove(ObjectIdentifier(self))
        PQfreeCancel(handle)
        close(socket)
    }

    // MARK: The work

    /// Numbers a piece of work that is about to be enqueued.
    func ticket() -> Int {
        state.withLock { state in
            state.last += 1
            return state.last
        }
    }

    /// - Parameter limit: how long the work may take: `ServerWatch` looks at it about once a second.
    /// - Throws: `CancellationError` if the work was cancelled before it began.
    func begin(_ ticket: Int, within limit: Duration? = nil) throws {
        try state.withLock { state in
            guard !state.cancelled.contains(ticket) else { throw CancellationError() }
            state.current = ticket
            let now = ContinuousClock.now
            (state.began, state.deadline) = (now, limit.map { now + $0 })
        }
    }

    /// The rest of the work at hand waits for news: however long that takes, it says nothing of the server.
    func awaitNews() { state.withLock { $0.began = nil } }

    /// Whether the work at hand has taken so long, and the server can be to blame.
    func isAtWork(for duration: Duration, at now: ContinuousClock.Instant) -> Bool {
        state.withLock { state in state.began.map { now - $0 >= duration } ?? false }
    }

    /// - Returns: what interrupted the work while it ran.
    func end(_ ticket: Int) -> Interruption? {
        state.wait { state -> Interruption?? in
            // A connection that was shut has no next work that the request could hit, and the request may never arrive.
            guard !state.isTravelling || state.severed != nil else { return nil }
            (state.current, state.began, state.deadline) = (0, nil, nil)
            if state.cancelled.contains(ticket) { return .some(.cancelled) }
            guard state.severed == ticket else { return .some(nil) }
            return .some(state.isAbandoned ? .serverHangs : .timedOut)
        }
    }

    /// Drops what is known of a ticket that nobody can cancel any more.
    func forget(_ ticket: Int) {
        _ = state.withLock { $0.cancelled.remove(ticket) }
    }

    /// Whether the running work was cancelled.
    var isCurrentCancelled: Bool {
        state.withLock { $0.cancelled.contains($0.current) }
    }

    var isAtWork: Bool { state.withLock { $0.current != 0 } }

    /// Whether the connection was shut.
    var isSevered: Bool { state.withLock { $0.severed != nil } }

    /// Extends the work at hand to another connection: a cancellation then stops that one's statement too.
    func including<Result>(_ other: Canceller, _ body: () throws -> Result) throws -> Result {
        let ticket = other.ticket()
        try other.begin(ticket)
        defer {
            _ = other.end(ticket)
            other.forget(ticket)
        }
        try state.withLock { state in
            guard !state.cancelled.contains(state.current) else { throw CancellationError() }
            state.companion = other
        }
        defer { state.withLock { $0.companion = nil } }
        return try body()
    }

    // MARK: The cancellation

    /// Stops a piece of work: at its next statement, or within the one it is at.
    func cancel(_ ticket: Int) {
        let isAtWork = state.withLock { state in
            state.cancelled.insert(ticket)
            return state.current == ticket
        }
        guard isAtWork else { return }
        // PQcancel opens a connection of its own and waits for the answer: for ever, if the server hangs.
        detachThread(named: "pg-cancel") { self.pursue(ticket) }
        Task.detached {
            try? await Task.sleep(for: Self.patience)
            self.sever(ticket)
        }
    }

    /// Stops the statement at work, on behalf of the work itself.
    func cancelStatement() {
        guard let handle else { return }
        var message = [CChar](repeating: 0, count: 256)
        PQcancel(handle, &message, 256)
    }

    /// Ends a piece of work without the server: whatever waits for an answer fails at once, and the connection is lost.
    func sever(_ ticket: Int) {
        let companion = state.withLock { state -> Canceller? in
            guard state.current == ticket else { return nil }
            state.severed = ticket
            shutdown(socket, Int32(SHUT_RDWR))
            return state.companion
        }
        companion?.severCurrent()
    }

    /// The same, of work that has taken longer than it may.
    func severOverdue(at now: ContinuousClock.Instant) {
        let overdue = state.withLock { state in
            state.deadline.map { $0 <= now } == true && state.severed == nil ? state.current : nil
        }
        if let overdue { sever(overdue) }
    }

    private func severCurrent() {
        sever(state.withLock { $0.current })
    }

    /// Shuts the connection, whether it is at work or idle: its server answers nobody.
    func abandon() {
        state.withLock { state in
            guard state.severed == nil else { return }
            (state.severed, state.isAbandoned) = (state.current, true)
            shutdown(socket, Int32(SHUT_RDWR))
        }
    }

    /// Asks the server until the work has ended. Once is not enough: a request that arrives just before the statement does finds the
    /// server idle and is lost.
    private func pursue(_ ticket: Int) {
        var pause: UInt32 = 10_000
        while request(ticket) {
            usleep(pause)
            pause = min(pause * 2, 1_000_000)
        }
    }

    /// - Returns: false if the work has ended.
    private func request(_ ticket: Int) -> Bool {
        let (isAtWork, companion) = state.withLock { state -> (Bool, Canceller?) in
            guard state.current == ticket, state.severed == nil else { return (false, nil) }
            state.isTravelling = true
            return (true, state.companion)
        }
        guard isAtWork else { return false }
        cancelStatement()
        companion?.requestCurrent()
        state.withLock { $0.isTravelling = false }
        return true
    }

    private func requestCurrent() {
        let current = state.withLock { state in
            state.cancelled.insert(state.current)
            return state.current
        }
        _ = request(current)
    }
}
