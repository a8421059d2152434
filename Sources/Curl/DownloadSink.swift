import Threads

/// Between the driver's thread and a receiver that may block: a buffer of bounded size, emptied by a thread of its own.
///
/// At most two buffers of 512 KiB are held: one being filled, one being received. When the first is full libcurl pauses the transfer, and
/// TCP holds the server back.
final class DownloadSink: Sendable {
    enum Answer {
        case taken
        /// Offer it again after `onRoom`.
        case full
        /// Nobody wants it any more.
        case refused
    }

    /// What happens on the other side; called without a lock.
    struct Control: Sendable {
        var onRoom: @Sendable () -> Void
        var onFailure: @Sendable () -> Void
    }

    private struct State {
        var filling: [UInt8] = []
        var hasThread = false
        var isPaused = false
        var isEnded = false
        var isDiscarded = false
        var failure: (any Error)?
        var control: Control?
        var waiter: CheckedContinuation<Void, Never>?
    }

    private static let capacity = 512 << 10

    private let state = Monitor(State())
    private let receive: @Sendable (UnsafeRawBufferPointer) throws -> Void

    init(_ receive: @Sendable @escaping (UnsafeRawBufferPointer) throws -> Void) {
        self.receive = receive
    }

    func attach(_ control: Control) {
        state.withLock { $0.control = control }
    }

    /// Takes bytes without blocking.
    func offer(_ bytes: UnsafeRawBufferPointer) -> Answer {
        state.withLock { state in
            if state.isDiscarded || state.failure != nil { return .refused }
            if !state.filling.isEmpty, state.filling.count + bytes.count > Self.capacity {
                state.isPaused = true
                return .full
            }
            state.filling += bytes
            if !state.hasThread {
                state.hasThread = true
                detachThread(named: "download") { self.run() }
            }
            return .taken
        }
    }

    /// Drops what the receiver has not seen yet.
    func discard() {
        state.withLock { $0.isDiscarded = true }
    }

    /// Waits until the receiver has seen everything, or returned from its last call. Nothing is offered after.
    /// - Throws: what the receiver threw; `CancellationError` if something was discarded.
    func end() async throws {
        await withCheckedContinuation { continuation in
            state.withLock { state in
                state.isEnded = true
                state.control = nil
                if state.hasThread { state.waiter = continuation } else { continuation.resume() }
            }
        }
        try state.withLock { state in
            if let failure = state.failure { throw failure }
            if state.isDiscarded, !state.filling.isEmpty { throw CancellationError() }
        }
    }

    // MARK: On the thread

    private func run() {
        while let piece = next() {
            do {
                try piece.withUnsafeBytes(receive)
            } catch {
                let control = state.withLock { state in
                    state.failure = error
                    return state.control
                }
                control?.onFailure()
                break
            }
        }
        state.withLock { state in
            state.hasThread = false
            state.waiter?.resume()
            state.waiter = nil
        }
    }

    private func next() -> [UInt8]? {
        let (piece, control): ([UInt8]?, Control?) = state.wait { state in
            if state.isDiscarded || state.isEnded && state.filling.isEmpty { return (nil, nil) }
            guard !state.filling.isEmpty else { return nil }
            defer {
                state.filling = []
                state.isPaused = false
            }
            return (state.filling, state.isPaused ? state.control : nil)
        }
        control?.onRoom()
        return piece
    }
}
