import Logging
import Postgres
import Threads
import Tracing

/// Executes jobs: one task for each, from its claim to its end.
struct JobExecutor: Sendable {
    let context: WorkerContext
    let backoff: Backoff
    let limits: JobWorkerConfiguration.TimeLimits

    func start(_ job: Job) {
        // At once, up to its first wait: an idle worker would have to wake another thread.
        let task = Task.immediate {
            let payload = JobPayload(job.payload)
            let end = await TransactionContext.$current.withValue(context.attribution(job, payload)) {
                await execute(job, payload)
            }
            context.leave(job, end)
        }
        context.ledger.withLock { $0.setTask(task, of: job) }
    }

    private func execute(_ job: Job, _ payload: JobPayload) async -> JobEnd {
        let logger = context.logger(of: job, payload)
        do {
            guard let handler = context.handlers[job.kind] else {
                throw JobError.permanent(
                    reason: "no handler for jobs of kind '\(job.kind)': is a newer version of catalog needed?")
            }
            let completion = try await WorkProgress.$report.withValue(.init { job.progress.report() }) {
                try await JobContext.withSpan("job \(job.kind)", .consumer, of: payload.jobContext) { span in
                    span.attributes["messaging.system"] = "catalog"
                    span.attributes["messaging.destination.name"] = job.queue
                    span.attributes["catalog.job.id"] = job.jobID
                    span.attributes["catalog.job.attempt"] = job.attempt
                    return try await handler.run(job, logger.adding(JobContext.current.metadata))
                }
            }
            switch completion {
            case .finished: return .finished
            case .finishedByHandler: return .finishedByHandler
            }
        } catch let error as LeaseLost {
            logger.warning("job.lease.lost", metadata: ["error": "\(error)"])
            return .leaseLost
        } catch  where Task.isCancelled {
            return endOfCancelled(job, logger)
        } catch {
            return failure(of: job, error, logger)
        }
    }

    /// It hung, or the worker stops, or the claim is gone.
    private func endOfCancelled(_ job: Job, _ logger: Logger) -> JobEnd {
        let (isStalled, isStopping) = context.ledger.withLock { ($0.isStalled(job), $0.isStopping) }
        if isStalled { return failure(of: job, JobStalled(limit: limits.limit(of: job.queue)), logger) }
        logger.notice("job.cancelled")
        return isStopping ? .released : .leaseLost
    }

    /// Decides what becomes of a failed job, and says so.
    func failure(of job: Job, _ error: any Error, _ logger: Logger) -> JobEnd {
        let end = JobEnd(error, of: job, backoff: backoff, fraction: Double.random(in: 0...1))
        switch end {
        case .postponed(let reason, let delay):
            logger.debug(
                "job.postponed", metadata: ["reason": "\(reason)", "seconds": .stringConvertible(delay.seconds)])
        case .failed(let text, let delay, let isDead):
            logger.log(
                level: isDead ? .error : .warning, isDead ? "job.dead" : "job.failed",
                metadata: ["error": "\(text)", "retry_in_seconds": .stringConvertible(delay.seconds)])
        case .finished, .finishedByHandler, .released, .leaseLost: break
        }
        return end
    }

    /// A job whose last lease ended was made dead by the claim; its handler may have to say so elsewhere.
    func recordDeath(of job: Job) async {
        let reason = "the lease of the last attempt ended: its worker died or hung"
        let logger = context.logger(of: job)
        logger.error("job.dead", metadata: ["error": "\(reason)"])
        context.observer.ended(job, .failed(error: reason, delay: .zero, isDead: true), after: nil)
        do {
            try await TransactionContext.$current.withValue(context.attribution(job, JobPayload(job.payload))) {
                try await context.records.transaction { try context.handlers[job.kind]?.giveUp(job, $0, error: reason) }
            }
        } catch {
            logger.error("job.give_up.failed", metadata: ["error": "\(error)"])
        }
    }
}
