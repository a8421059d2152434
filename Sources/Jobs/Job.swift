import Postgres

/// A job as it was claimed: the right to work on it until its lease ends.
public struct Job: Sendable {
    public var jobID: Int
    public var queue: String
    /// What is to be done: names the handler.
    public var kind: String
    /// JSON object.
    public var payload: String
    /// 1 goes first, 4 last.
    public var priority: Int
    /// Which claim this is, from 1: whoever finishes the job must name it.
    public var attempt: Int
    public var maxAttempts: Int
    public var serialKey: String?
    /// When it was ready to run, as PostgreSQL writes it.
    public var runAt: String
    /// For the handler, to show that it gets on.
    public let progress = JobProgress()

    /// Whether a failure of this attempt makes the job dead.
    public var isLastAttempt: Bool { attempt >= maxAttempts }
}

/// A job to be enqueued.
public struct NewJob: Sendable, Equatable {
    public var queue: String
    public var kind: String
    /// JSON object.
    public var payload: String
    /// 1 goes first, 4 last.
    public var priority: Int
    /// How long it waits before it is ready.
    public var delay: Duration
    public var maxAttempts: Int
    /// Jobs with the same key run one after another.
    public var serialKey: String?
    /// A job is not enqueued while another with the same key is ready or running.
    public var uniqueKey: String?

    /// - Parameters:
    ///   - queue: lower-case letters, digits, `_` and `-`, at most 40.
    ///   - payload: a JSON object.
    public init(
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
public struct LeaseLost: Error, Equatable, CustomStringConvertible {
    public var jobID: Int
    public var attempt: Int

    public var description: String {
        "job \(jobID) is no longer held by attempt \(attempt): its lease ended and it was claimed again or is gone"
    }
}
