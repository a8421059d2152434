import Postgres

/// A job as it was claimed: the right to work on it until its lease ends.
package struct Job: Sendable {
    package var jobID: Int
    package var queue: String
    /// What is to be done: names the handler.
    package var kind: String
    /// JSON object.
    package var payload: String
    /// 1 goes first, 4 last.
    package var priority: Int
    /// Which claim this is, from 1: whoever finishes the job must name it.
    package var attempt: Int
    package var maxAttempts: Int
    package var serialKey: String?
    /// When it was ready to run, as PostgreSQL writes it.
    package var runAt: String
    /// For the handler, to show that it gets on.
    package let progress = JobProgress()

    /// Whether a failure of this attempt makes the job dead.
    package var isLastAttempt: Bool { attempt >= maxAttempts }
}

/// A job to be enqueued.
package struct NewJob: Sendable, Equatable {
    package var queue: String
    package var kind: String
    /// JSON object.
    package var payload: String
    /// 1 goes first, 4 last.
    package var priority: Int
    /// How long it waits before it is ready.
    package var delay: Duration
    package var maxAttempts: Int
    /// Jobs with the same key run one after another.
    package var serialKey: String?
    /// A job is not enqueued while another with the same key is ready or running.
    package var uniqueKey: String?

    /// - Parameters:
    ///   - queue: lower-case letters, digits, `_` and `-`, at most 40.
    ///   - payload: a JSON object.
    package init(
        queue: String, kind: String, payload: String = "{}", priority: Int = 2, delay: Duration = .zero,
        maxAttempts: Int = 10, serialKey: String? = nil, uniqueKey: String? = nil
    ) {
        self.queue = queue
        self.kind = kind
        self.payload = payload
        self.priority = priority
        self.delay = delay
        self.maxAttempts = maxAttempts
        self.serialKey = serialKey
        self.uniqueKey = uniqueKey
    }
}

/// The claim is over: the lease ended and somebody else has the job, or it was finished before.
///
/// Thrown inside a transaction it rolls back the work of the one who lost, so that nothing happens twice.
package struct LeaseLost: Error, Equatable, CustomStringConvertible {
    package var jobID: Int
    package var attempt: Int

    package var description: String {
        "job \(jobID) is no longer held by attempt \(attempt): its lease ended and it was claimed again or is gone"
    }
}
