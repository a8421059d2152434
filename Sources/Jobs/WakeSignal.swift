/// Wakes one loop; signals while it is busy are remembered as one.
final class WakeSignal: Sendable {
    /// For one loop.
    let wakeUps: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (wakeUps, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func signal() { continuation.yield() }
}
