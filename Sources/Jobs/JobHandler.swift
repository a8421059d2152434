package import Logging
package import Postgres

/// Does jobs of one kind.
package protocol JobHandler: Sendable {
    /// Names the jobs this handler does.
    var kind: String { get }

    /// Does the job. The task is cancelled when the lease is lost, the worker stops, or the job has shown no progress for longer than
    /// its queue allows: a handler that takes minutes calls `job.progress.report()` with each step. Bytes that move (HTTP, COPY, rows that
    /// are streamed, files of a store) are progress by themselves.
    ///
    /// A handler that writes to the database calls `Session.finish` in the same transaction and returns
    /// `.finishedByHandler`: then the work is done exactly once. Other effects may happen again after a crash.
    /// - Throws: `JobError` to say when to try again, or never; anything else is tried again after the backoff.
    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion

    /// Records that the job is given up, in the transaction that makes it dead.
    func giveUp(_ job: Job, _ session: Session, error: String) throws
}

extension JobHandler {
    /// Nothing to record.
    package func giveUp(_ job: Job, _ session: Session, error: String) throws {}
}

/// Who takes a finished job out of the queue.
package enum JobCompletion: Sendable {
    /// The worker, soon, together with others.
    case finished
    /// The handler did, in its own transaction.
    case finishedByHandler
}

/// A failure that says what should become of the job.
package enum JobError: Error, CustomStringConvertible {
    /// Try again, not before the delay: `Retry-After` of whoever refused.
    case retry(after: Duration?, reason: String)
    /// Not a failure, too early: the job gives its slot back, and this attempt does not count.
    case postponed(for: Duration, reason: String)
    /// Trying again is of no use: the job is dead at once.
    case permanent(reason: String)

    package var description: String {
        switch self {
        case .retry(_, let reason), .postponed(_, let reason), .permanent(let reason): reason
        }
    }
}
