import Ingest
import Logging
import Postgres
import ServiceLifecycle
import Threads

/// Tells whoever watches an upload that something happened.
///
/// `APIUpkeep`, whose one connection listens for all, passes notifications on, which makes it prompt. A look at all watched
/// uploads every few seconds makes it sure, also where nothing can be listened to.
package final class UploadWatch: Sendable {
    package enum Signal: Sendable, Equatable {
        /// Its row may be another one now.
        case changed
        /// How far it is, as JSON.
        case progress(String)
        /// Nothing, to see whether somebody is still there.
        case heartbeat
    }

    private static let heartbeatEvery = 7  // looks
    private static let tellEvery = 5

    private let lookEvery: Duration

    private struct State {
        var watchers: [String: [Int: AsyncStream<Signal>.Continuation]] = [:]
        /// What the last look saw.
        var seen: [String: String] = [:]
        var next = 0
        var isClosed = false
    }

    private let state = Locked(State())

    init(lookEvery: Duration = .seconds(2)) {
        self.lookEvery = lookEvery
    }

    /// Signals about an upload, from now on; the stream ends with the service, or by `leave`.
    package func signals(of uploadID: String) -> (AsyncStream<Signal>, leave: @Sendable () -> Void) {
        let (stream, continuation) = AsyncStream<Signal>.makeStream(bufferingPolicy: .bufferingNewest(8))
        let number: Int? = state.withLock { state in
            guard !state.isClosed else { return nil }
            state.next += 1
            state.watchers[uploadID, default: [:]][state.next] = continuation
            return state.next
        }
        guard let number else {
            continuation.finish()
            return (stream, {})
        }
        continuation.onTermination = { [weak self] _ in self?.leave(uploadID, number) }
        return (stream, { continuation.finish() })
    }

    func tell(_ uploadID: String, _ signal: Signal) {
        let watchers = state.withLock { $0.watchers[uploadID].map { Array($0.values) } ?? [] }
        for watcher in watchers { watcher.yield(signal) }
    }

    private func leave(_ uploadID: String, _ number: Int) {
        state.withLock { state in
            state.watchers[uploadID]?[number] = nil
            guard state.watchers[uploadID]?.isEmpty == true else { return }
            state.watchers[uploadID] = nil
            state.seen[uploadID] = nil
        }
    }

    // MARK: The service's side

    /// Looks at what is watched until the task is cancelled.
    func run(_ pool: Pool, _ logger: Logger) async {
        var looks = 0
        while (try? await Task.sleep(for: lookEvery)) != nil {  // an error is the cancellation
            looks += 1
            do {
                try await look(pool)
                if looks % Self.tellEvery == 0 { try await tellWatched(pool) }
            } catch {
                logger.warning("uploads.watch.failed", metadata: ["error": "\(error)"])
            }
            if looks % Self.heartbeatEvery == 0 { tellAll(.heartbeat) }
        }
    }

    /// Tells whoever watches an upload that is in another state than at the last look, or that none has seen yet.
    func look(_ pool: Pool) async throws {
        let watched = state.withLock { Array($0.watchers.keys) }
        guard !watched.isEmpty else { return }
        let states = try await pool.run { session in
            try session.query(UploadReads.states(watched)).map { row in
                (try row.get("upload_id", as: String.self), try row.get("state", as: String.self))
            }
        }
        for (uploadID, now) in states where note(uploadID, now) { tell(uploadID, .changed) }
    }

    /// Workers tell of what is watched only, and forget that it is after some time.
    private func tellWatched(_ pool: Pool) async throws {
        let watched = state.withLock { Array($0.watchers.keys) }
        guard !watched.isEmpty else { return }
        try await pool.run { $0.tellWatched(watched.sorted()) }
    }

    /// - Returns: whether it may be another state than its watchers know. At the first look nobody can tell: between their own and this
    ///   one it may have ended, and a worker that had not yet heard of them tells nobody.
    private func note(_ uploadID: String, _ now: String) -> Bool {
        state.withLock { state in
            guard state.watchers[uploadID] != nil else { return false }
            defer { state.seen[uploadID] = now }
            return state.seen[uploadID] != now
        }
    }

    private func tellAll(_ signal: Signal) {
        let all = state.withLock { $0.watchers.values.flatMap(\.values) }
        for watcher in all { watcher.yield(signal) }
    }

    /// Ends all streams.
    func close() {
        let all = state.withLock { state in
            state.isClosed = true
            defer { state.watchers = [:] }
            return state.watchers.values.flatMap(\.values)
        }
        for watcher in all { watcher.finish() }
    }
}
