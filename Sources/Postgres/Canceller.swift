import CLibpq
import Synchronization

/// Cancels the work of one connection from any thread.
///
/// Work is numbered. A cancellation names its number, so that one that comes late, or before its work began, never hits
/// the work of somebody else.
final class Canceller: @unchecked Sendable {  // because PQcancel is thread-safe and the rest is in the mutex
    private struct State {
        var current = 0
        var cancelled: Set<Int> = []
        var last = 0
        var companion: Canceller?
    }

    private let handle: OpaquePointer?
    private let state = Mutex(State())

    init(_ connection: OpaquePointer) {
        handle = PQgetCancel(connection)
    }

    deinit { PQfreeCancel(handle) }

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
            guard !state.cancelled.contains(ticket) else {
                state.cancelled.remove(ticket)
                throw CancellationError()
            }
            state.current = ticket
        }
    }

    /// - Returns: whether the work was cancelled while it ran.
    func end(_ ticket: Int) -> Bool {
        state.withLock { state in
            state.current = 0
            return state.cancelled.remove(ticket) != nil
        }
    }

    /// Whether the running work was cancelled.
    var isCurrentCancelled: Bool {
        state.withLock { $0.cancelled.contains($0.current) }
    }

    /// Stops the statement at work, on behalf of the work itself.
    func cancelStatement() {
        guard let handle else { return }
        var message = [CChar](repeating: 0, count: 256)
        PQcancel(handle, &message, 256)
    }

    /// Asks the server to stop the work, if it is at it. The lock is held meanwhile: the work cannot end and the next
    /// one begin before the request has reached the server.
    func cancel(_ ticket: Int) {
        state.withLock { state in
            state.cancelled.insert(ticket)
            guard state.current == ticket else { return }
            cancelStatement()
            state.companion?.cancelCurrent()
        }
    }

    /// Extends the work at hand to another connection: a cancellation then stops that one's statement too.
    func including<Result>(_ other: Canceller, _ body: () throws -> Result) throws -> Result {
        let ticket = other.ticket()
        try other.begin(ticket)
        defer { _ = other.end(ticket) }
        try state.withLock { state in
            guard !state.cancelled.contains(state.current) else { throw CancellationError() }
            state.companion = other
        }
        defer { state.withLock { $0.companion = nil } }
        return try body()
    }

    private func cancelCurrent() {
        cancel(state.withLock(\.current))
    }
}
