import Logging
import Threads

/// When the queue last answered this worker. Pure: the time is passed in.
struct QueueContact {
    enum News: Equatable {
        case silent(Duration)
        case answersAgain
    }

    private var last: ContinuousClock.Instant
    private var isTold = false

    init(now: ContinuousClock.Instant = .now) { last = now }

    /// A claim went through, if only to find nothing; or a heartbeat, which is what a worker without a free slot has instead.
    mutating func answered(at now: ContinuousClock.Instant) { last = max(last, now) }

    /// Nil unless the queue has been silent for longer than a lease: by then whatever this worker held is claimed by others.
    func silence(at now: ContinuousClock.Instant, limit: Duration) -> Duration? {
        now - last > limit ? now - last : nil
    }

    /// - Returns: what to tell, once each time it changes.
    mutating func news(at now: ContinuousClock.Instant, limit: Duration) -> News? {
        let silence = silence(at: now, limit: limit)
        guard (silence != nil) != isTold else { return nil }
        isTold = silence != nil
        return silence.map { .silent($0) } ?? .answersAgain
    }
}

/// Tells when the queue has not answered for a lease: whatever the reason, this worker is of no use.
struct ClaimWatch: WorkerAgent {
    let context: WorkerContext
    let limit: Duration

    func run() async {
        // Only cancellation ends the sleep early.
        while (try? await Task.sleep(for: min(.seconds(1), limit / 3))) != nil { runOnce(now: .now) }
    }

    func runOnce(now: ContinuousClock.Instant) {
        // Who stops claims nothing any more.
        guard !context.ledger.withLock({ $0.isStopping }) else { return }
        switch context.contact.withLock({ $0.news(at: now, limit: limit) }) {
        case .silent(let duration):
            context.logger.error("queue.silent", metadata: ["seconds": .stringConvertible(Int(duration.seconds))])
        case .answersAgain: context.logger.notice("queue.answers")
        case nil: break
        }
    }
}

/// The queue has not answered a worker for longer than a lease.
package struct QueueSilent: Error, Equatable, CustomStringConvertible {
    let duration: Duration

    package var description: String {
        "no job could be claimed for \(Int(duration.seconds)) s: the log has the reason under queue.claim.failed"
    }
}
