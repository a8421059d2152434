import Threads

/// Tells listeners of what was committed, for all connections of a process: at most once in 20 ms.
///
/// A commit with a NOTIFY in it holds a lock of the whole cluster until it is on disk, and on the synchronous standby. So what is to be
/// heard is sent in a transaction of its own after the commit, which waits for neither. The first one goes out at once, in the message
/// that commits; those that follow wait for each other, and go out together over a connection of the announcer's own.
///
/// A process that dies, or loses its connection, between the commit and that loses what it had to say: whoever listens must also look by
/// itself from time to time.
public final class Announcer: Closable, Sendable {
    private struct State {
        /// In the order in which they came, each once.
        var waiting: [Notice] = []
        var next = ContinuousClock.now
        var isScheduled = false

        mutating func wait(_ notices: [Notice]) {
            for notice in notices where !waiting.contains(notice) { waiting.append(notice) }
        }
    }

    private static let pause = Duration.milliseconds(20)
    private static let limit = Duration.seconds(5)

    private let pool: Pool
    private let state = Locked(State())

    /// - Parameter connector: for the connection that is opened when many have something to say.
    public init(_ connector: Connector) {
        pool = Pool(connector, maximum: 1, application: "catalog-notify", limit: Self.limit)
    }

    /// Closes its connection; what waits is not sent any more.
    public func close() async { await pool.close() }

    /// - Returns: whether the caller tells now what it has to tell; else the announcer does: see `keep`.
    func isDue() -> Bool {
        state.withLock { state in
            guard !state.isScheduled, state.next <= .now else { return false }
            state.next = .now + Self.pause
            return true
        }
    }

    /// Sends them later, whatever is due.
    func keep(_ notices: [Notice]) {
        guard !notices.isEmpty else { return }
        let schedules = state.withLock { state in
            state.wait(notices)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if schedules { Task { await sendWaiting() } }
    }

    private func sendWaiting() async {
        // Nobody cancels it.
        try? await Task.sleep(until: state.withLock { $0.next })
        let notices = state.withLock { state in
            defer { (state.waiting, state.isScheduled) = ([], false) }
            state.next = .now + Self.pause
            return state.waiting
        }
        // Whoever listens looks by itself, too.
        try? await pool.run { try $0.send(notices) }
    }
}

/// What listeners of a channel are told.
struct Notice: Hashable, Sendable {
    var channel: String
    var payload: String
}

extension Notice {
    /// Waits for neither disk nor standby: what is lost with the server's memory was lost for the listeners' connections, too.
    static func send(_ notices: [Notice]) -> Statement {
        """
        select set_config('synchronous_commit', 'off', true), count(pg_notify(channel, payload))
        from unnest(\(notices.map(\.channel))::text[], \(notices.map(\.payload))::text[]) as notice (channel, payload)
        """
    }
}

extension Session {
    /// Tells listeners (see ``Announcer``): after the commit if a transaction is open, else now. Equal ones of one transaction are told once.
    /// - Parameters:
    ///   - channel: at most 63 bytes.
    ///   - payload: at most 7,999 bytes.
    public func tell(_ channel: String, _ payload: String = "") {
        let notice = Notice(channel: channel, payload: payload)
        if isInTransaction {
            if !notices.contains(notice) { notices.append(notice) }
        } else {
            deliver([notice])
        }
    }

    /// Tells at once, over this connection: for who wants to know whether it can be done.
    public func tellNow(_ channel: String, _ payload: String = "") throws {
        try send([Notice(channel: channel, payload: payload)])
    }

    /// Sends what a transaction without a statement had to tell.
    func deliverNotices() {
        guard !notices.isEmpty else { return }
        defer { notices = [] }
        deliver(notices)
    }

    private func deliver(_ notices: [Notice]) {
        do {
            if announcer?.isDue() ?? true { try send(notices) } else { announcer?.keep(notices) }
        } catch {
            // The task was cancelled, or the connection lost.
            announcer?.keep(notices)
        }
    }

    func send(_ notices: [Notice]) throws { try execute(Notice.send(notices).prepared()) }
}
