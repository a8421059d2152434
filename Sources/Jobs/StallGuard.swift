import Logging
import Threads

extension JobWorkerConfiguration {
    /// How long a job may hang.
    package struct TimeLimits: Sendable {
        /// Without a report of progress; a handler that reports none has this time for all of its work.
        package var standard: Duration = .seconds(15 * 60)
        /// Other limits, by queue.
        package var byQueue: [String: Duration] = [:]
        /// How long a handler that was told to stop may take, before its job fails without it.
        package var patience: Duration = .seconds(10)
        /// Between two looks. They cost no statement.
        package var checkInterval: Duration = .seconds(1)

        package init() {}

        func limit(of queue: String) -> Duration { byQueue[queue] ?? standard }
    }
}

/// Stops jobs that show no progress: heartbeats would keep their claims for ever.
///
/// The task is cancelled, which stops its statement and rolls its transaction back, and the job fails with that reason. A handler
/// that does not even end then loses its job all the same: what it may still do is fenced by the attempt.
struct StallGuard: WorkerAgent {
    struct Counts: Equatable {
        var stopped = 0
        var abandoned = 0
    }

    let context: WorkerContext
    let configuration: JobWorkerConfiguration.TimeLimits
    let executor: JobExecutor

    func run() async {
        await repeating(every: configuration.checkInterval, context.logger, failure: "queue.stalls.failed") {
            _ = runOnce(now: .now)
        }
    }

    @discardableResult
    func runOnce(now: ContinuousClock.Instant) -> Counts {
        let stalls = context.ledger.withLock { $0.findStalls(configuration, now: now) }
        for held in stalls.stopped { held.task?.cancel() }
        for held in stalls.abandoned { abandon(held.job) }
        return Counts(stopped: stalls.stopped.count, abandoned: stalls.abandoned.count)
    }

    private func abandon(_ job: Job) {
        let logger = context.logger(of: job)
        logger.error("job.abandoned", metadata: ["queue": "\(job.queue)"])
        let stall = JobStalled(limit: configuration.limit(of: job.queue))
        context.leave(job, executor.failure(of: job, stall, logger))
    }
}
