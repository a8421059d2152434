import CLibpq
import Glibc
import Threads

/// Cancels the work of one connection from any thread.
///
/// Work is numbered. A cancellation names its number, so that one that comes late, or before its work began, never hits
/// the work of somebody else.
final class Canceller: @unchecked Sendable {  // because PQcancel is thread-safe and the rest is in the mutexes
    private struct State {
        var current = 0
        var cancelled: Set<Int> = []
        var last = 0
        var companion: Canceller?
    }

    private let handle: OpaquePointer?
    /// Held for moments only: `cancel` runs on whatever thread cancels a task.
    private let state = Locked(State())
    /// Held while a request travels: the work cannot end and the next one begin before it has reached the server.
    private let travelling = Locked(())

    init(_ connection: OpaquePointer) {
        handle = PQgetCancel(connection)
    }

    deinit { PQfreeCancel(handle) }

    // MARK: The work

    /// Numbers a piece of work that is about to be enqueued.
    func ticket() -> Int {
        state.withLock { state in
            state.last += 1
            return state.last
        }
    }

    /// - Throws: `CancellationError` if the work was cancelled before it began.
    func begin(_ ticket: Int) throws {
        try state.withLock { state in
            guard !state.cancelled.contains(ticket) else { throw CancellationError() }
            state.current = ticket
        }
    }

    /// - Returns: whether the work was cancelled while it ran.
    func end(_ ticket: Int) -> Bool {
        travelling.withLock { _ in
            state.withLock { state in
                state.current = 0
                return state.cancelled.contains(ticket)
            }
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
        // PQcancel opens a connection of its own and waits for the answer.
        if isAtWork { detachThread(named: "pg-cancel") { self.pursue(ticket) } }
    }

    /// Stops the statement at work, on behalf of the work itself.
    func cancelStatement() {
        guard let handle else { return }
        var message = [CChar](repeating: 0, count: 256)
        PQcancel(handle, &message, 256)
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
        travelling.withLock { _ in
            let (isAtWork, companion) = state.withLock { ($0.current == ticket, $0.companion) }
            guard isAtWork else { return false }
            cancelStatement()
            companion?.requestCurrent()
            return true
        }
    }

    private func requestCurrent() {
        let current = state.withLock { state in
            state.cancelled.insert(state.current)
            return state.current
        }
        _ = request(current)
    }
}
