import Threads

/// When a job last showed that it gets on. A job that shows nothing for longer than its queue allows is stopped and fails.
package final class JobProgress: Sendable {
    private let last = Locked(ContinuousClock.now)

    /// Shows that the work gets on: from any thread, as often as is convenient.
    package func report() {
        last.withLock { $0 = .now }
    }

    /// The claim, or the last report.
    var lastReport: ContinuousClock.Instant { last.withLock { $0 } }
}

/// A job was stopped because it showed no progress.
struct JobStalled: Error, Equatable, CustomStringConvertible {
    var limit: Duration

    var description: String {
        "the job showed no progress for \(Int(limit.seconds.rounded())) seconds and was stopped: "
            + "what it waited for may be away; a longer limit can be set for its queue"
    }
}
