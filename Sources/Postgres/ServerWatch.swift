import Glibc
import Threads

/// Notices that a server hangs, for all connections that lead to it, and ends work that takes longer than it may.
///
/// How long a piece of work may take says nothing: it may load a million rows, or wait for a lock. So a server that lets one wait is asked by a
/// new connection to the same address, on which the first byte is all that is waited for. One that does not give it, twice in a row, is given
/// up: every connection to that address is shut, whatever it does, those that are idle too. Their work fails, pools open others, and libpq looks for
/// another host. TCP notices a host that is gone by itself, but not a server that hangs on a host that lives.
public final class ServerWatch: Sendable {
    /// Of all connections of this process, unless one was opened with another.
    public static let shared = ServerWatch()

    private struct State {
        var sessions: [ObjectIdentifier: WeakCanceller] = [:]
        var suspicions = ServerSuspicions()
        var isRunning = false
    }

    /// How long a piece of work takes before its server is asked.
    private let patience: Duration
    /// How long a server may take to answer a new connection.
    private let limit: Duration
    private let state = Locked(State())

    /// - Parameters:
    ///   - patience: how long a piece of work takes before its server is asked.
    ///   - limit: how long a server may take to answer; a busy one has to start a process first.
    public init(patience: Duration = .seconds(5), limit: Duration = .seconds(4)) {
        self.patience = patience
        self.limit = limit
    }

    func add(_ canceller: Canceller) {
        let starts = state.withLock { state in
            state.sessions[ObjectIdentifier(canceller)] = WeakCanceller(canceller)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        // Not a task: whoever keeps Swift's pool busy must not keep it from noticing.
        if starts { detachThread(named: "pg-watch") { self.run() } }
    }

    func remove(_ canceller: ObjectIdentifier) {
        state.withLock { $0.sessions[canceller] = nil }
    }

    /// Until no connection is left.
    private func run() {
        let pause = min(patience / 5, .seconds(1)).components
        while look() { usleep(UInt32(pause.seconds * 1_000_000 + pause.attoseconds / 1_000_000_000_000)) }
    }

    /// - Returns: false if nothing is left to watch.
    private func look() -> Bool {
        let cancellers: [Canceller]? = state.withLock { state in
            state.isRunning = !state.sessions.isEmpty
            return state.isRunning ? state.sessions.values.compactMap(\.canceller) : nil
        }
        guard let cancellers else { return false }
        let now = ContinuousClock.now
        for canceller in cancellers { canceller.severOverdue(at: now) }
        let present = Set(cancellers.compactMap(\.server))
        let waiting = Set(cancellers.filter { $0.isAtWork(for: patience, at: now) }.compactMap(\.server))
        for server in state.withLock({ $0.suspicions.toAsk(waiting: waiting, present: present) }) {
            detachThread(named: "pg-ask") { self.ask(server) }
        }
        return true
    }

    private func ask(_ server: ServerAddress) {
        let isAnswered = server.answers(within: limit)
        // Taken out of the lock whole: the last owner of one may be this very array.
        let cancellers: [Canceller] = state.withLock { state in
            guard state.suspicions.note(server, isAnswered: isAnswered) else { return [] }
            return state.sessions.values.compactMap(\.canceller)
        }
        for canceller in cancellers where canceller.server == server { canceller.abandon() }
    }
}

/// Which servers are asked, and what their silence means. Pure.
struct ServerSuspicions {
    /// One question may be lost to a moment in which the server could start no process.
    private static let allowed = 1

    /// Questions without answer, in a row.
    private var silences: [ServerAddress: Int] = [:]
    private var asked: Set<ServerAddress> = []

    /// - Parameters:
    ///   - waiting: servers that have let somebody wait.
    ///   - present: servers to which any connection leads.
    /// - Returns: whom to ask now.
    mutating func toAsk(waiting: Set<ServerAddress>, present: Set<ServerAddress>) -> Set<ServerAddress> {
        silences = silences.filter { present.contains($0.key) }
        // Who did not answer is asked again, although whoever waited may have given up by now.
        let servers = waiting.union(silences.keys).subtracting(asked)
        asked.formUnion(servers)
        return servers
    }

    /// - Returns: whether the server is to be given up.
    mutating func note(_ server: ServerAddress, isAnswered: Bool) -> Bool {
        asked.remove(server)
        let count = isAnswered ? 0 : (silences[server] ?? 0) + 1
        let isOver = count > Self.allowed
        silences[server] = count == 0 || isOver ? nil : count
        return isOver
    }
}

private struct WeakCanceller {
    private(set) weak var canceller: Canceller?

    init(_ canceller: Canceller) { self.canceller = canceller }
}
