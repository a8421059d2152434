import Threads

/// Tells whoever waits for the change feed that there was a tick.
///
/// `APIUpkeep`, whose one connection listens for all, passes the notifications on.
final class ChangeWatch: Sendable {
    /// What comes after it was asked for.
    struct Signal: Sendable {
        fileprivate let stream: AsyncStream<Void>

        /// - Returns: whether it came in time.
        func arrives(within limit: Duration) async -> Bool {
            await withTaskGroup { group in
                group.addTask {
                    for await _ in stream { return true }
                    return false  // the service ends
                }
                group.addTask {
                    try? await Task.sleep(for: limit)  // an error is the cancellation
                    return false
                }
                defer { group.cancelAll() }
                return await group.next() ?? false
            }
        }
    }

    private struct State {
        var waiting: [Int: AsyncStream<Void>.Continuation] = [:]
        var next = 0
        var isClosed = false
    }

    private let state = Locked(State())

    /// Whether the service ends: nobody waits any longer.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// The next tick from now on.
    func signal() -> Signal {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let number: Int? = state.withLock { state in
            guard !state.isClosed else { return nil }
            state.next += 1
            state.waiting[state.next] = continuation
            return state.next
        }
        guard let number else {
            continuation.finish()
            return Signal(stream: stream)
        }
        // Also when nobody has the stream any more.
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.waiting.removeValue(forKey: number) }
        }
        return Signal(stream: stream)
    }

    func tell() {
        let waiting = state.withLock { Array($0.waiting.values) }
        for continuation in waiting { continuation.yield() }
    }

    /// Ends all waiting.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for continuation in waiting { continuation.finish() }
    }
}
