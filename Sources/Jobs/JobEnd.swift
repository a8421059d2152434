/// How an attempt at a job ended.
package enum JobEnd: Sendable, Equatable {
    /// Done; the worker takes the job out of the queue.
    case finished
    /// Done; the handler took it out in its own transaction.
    case finishedByHandler
    /// Tried again after the delay, or dead.
    case failed(error: String, delay: Duration, isDead: Bool)
    /// Too early: tried again after the delay, and this attempt does not count.
    case postponed(reason: String, delay: Duration)
    /// The worker stops: somebody else may have it at once, and this attempt does not count.
    case released
    /// Somebody else has the job by now, or it was cancelled: nothing is left to record.
    case leaseLost

    /// What becomes of a job that threw.
    /// - Parameter fraction: a random number from 0 to 1.
    init(_ error: any Error, of job: Job, backoff: Backoff, fraction: Double) {
        // A statement or a response may be quoted in it.
        let text = String(String(describing: error).prefix(20_000))
        let delay = backoff.delay(afterAttempt: job.attempt, fraction: fraction)
        switch error as? JobError {
        case .postponed(let wanted, _): self = .postponed(reason: text, delay: wanted)
        case .permanent: self = .failed(error: text, delay: delay, isDead: true)
        case .retry(let wanted?, _): self = .failed(error: text, delay: max(wanted, delay), isDead: job.isLastAttempt)
        case .retry(nil, _), nil: self = .failed(error: text, delay: delay, isDead: job.isLastAttempt)
        }
    }

    /// Whether the queue has to be told.
    var isToBeRecorded: Bool {
        switch self {
        case .finished, .failed, .postponed, .released: true
        case .finishedByHandler, .leaseLost: false
        }
    }
}

/// An end that the queue does not know yet.
struct JobOutcome: Sendable {
    var job: Job
    var end: JobEnd
    var since = ContinuousClock.now
}
