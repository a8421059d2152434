import Threads

/// Lets so many tasks pass at a time, first come, first served. A task that waits can be cancelled.
final class AsyncSemaphore: Sendable {
    private struct Waiter {
        let number: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var free: Int
        var waiters: [Waiter] = []
        var last = 0
        var isClosed = false
    }

    private enum Answer { case pass, wait, refuse(any Error) }

    private let state: Locked<State>

    init(_ count: Int) {
        state = Locked(State(free: count))
    }

    /// How many tasks wait.
    var waiting: Int { state.withLock(\.waiters.count) }

    /// Waits until the task may pass; `signal` must follow.
    /// - Throws: `CancellationError`, or `PostgresError` once closed; nothing is to be signalled then.
    func wait() async throws {
        let number = state.withLock { state in
            state.last += 1
            return state.last
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { enter(Waiter(number: number, continuation: $0)) }
        } onCancel: {
            leave(number)
        }
    }

    /// Lets the task pass that has waited longest.
    func signal() {
        let next = state.withLock { state -> Waiter? in
            guard state.waiters.isEmpty else { return state.waiters.removeFirst() }
            state.free += 1
            return nil
        }
        next?.continuation.resume()
    }

    /// Refuses whoever waits, and everybody later.
    func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(throwing: Self.closed) }
    }

    private static var closed: PostgresError { PostgresError(message: "the connection pool is closed") }

    private func enter(_ waiter: Waiter) {
        let answer = state.withLock { state -> Answer in
            if state.isClosed { return .refuse(Self.closed) }
            // Asked under the lock: `leave` comes after the flag is set, so it finds the waiter or the waiter finds the flag.
            if Task.isCancelled { return .refuse(CancellationError()) }
            guard state.free > 0 else {
                state.waiters.append(waiter)
                return .wait
            }
            state.free -= 1
            return .pass
        }
        switch answer {
        case .pass: waiter.continuation.resume()
        case .wait: break
        case .refuse(let error): waiter.continuation.resume(throwing: error)
        }
    }

    private func leave(_ number: Int) {
        let waiter = state.withLock { state -> Waiter? in
            state.waiters.firstIndex { $0.number == number }.map { state.waiters.remove(at: $0) }
        }
        waiter?.continuation.resume(throwing: CancellationError())
    }
}
