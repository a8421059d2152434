import Foundation
import Logging
import Postgres

/// One job from its claim to its end.
extension JobWorker {
    func execute(_ job: Job) async {
        var logger = logger
        logger[metadataKey: "job_id"] = "\(job.jobID)"
        logger[metadataKey: "kind"] = "\(job.kind)"
        logger[metadataKey: "attempt"] = "\(job.attempt)"
        var isFinished = false
        do {
            guard let handler = handlers[job.kind] else {
                throw JobError.permanent(
                    reason: "no handler for jobs of kind '\(job.kind)': is a newer version of catalog needed?")
            }
            isFinished = try await handler.run(job, logger) == .finished
        } catch let error as LeaseLost {
            logger.warning("job.lease.lost", metadata: ["error": "\(error)"])
        } catch  where Task.isCancelled {
            // The lease is lost or is given back by `drain`: either way somebody else will do it.
            logger.notice("job.cancelled")
            return leaveCancelled(job)
        } catch {
            await fail(job, error, logger)
        }
        leave(job, finished: isFinished)
    }

    private func leave(_ job: Job, finished: Bool) {
        let (looksForMore, isIdle) = ledger.withLock { ledger in
            (ledger.leave(job, finished: finished), ledger.isIdle)
        }
        if finished { finishBell.ring() }
        if looksForMore { bell.ring() }
        if isIdle { idle.ring() }
    }

    /// A cancelled job stays in the ledger while the worker stops, so that its claim is given back.
    private func leaveCancelled(_ job: Job) {
        if ledger.withLock({ $0.isStopping }) {
            cancelledWhileStopping.withLock { $0.append(job) }
        }
        leave(job, finished: false)
    }

    private func fail(_ job: Job, _ error: any Error, _ logger: Logger) async {
        let verdict = FailureVerdict(
            error, job: job, backoff: configuration.backoff, fraction: Double.random(in: 0...1))
        let text = String(String(describing: error).prefix(20_000))
        if verdict.isPostponed { return await postpone(job, text, verdict.delay, logger) }
        logger.log(
            level: verdict.isDead ? .error : .warning, verdict.isDead ? "job.dead" : "job.failed",
            metadata: ["error": "\(text)", "retry_in_seconds": "\(verdict.delay.seconds)"])
        do {
            try await records.transaction { session in
                let isHeld =
                    try session.execute(
                        Job.fail(job, error: text, delay: verdict.delay, isDead: verdict.isDead)) == 1
                if isHeld, verdict.isDead { try handlers[job.kind]?.giveUp(job, session, error: text) }
            }
        } catch {
            // Its lease ends by itself, and the job is claimed again.
            logger.error("job.failure.not_recorded", metadata: ["error": "\(error)"])
        }
    }

    private func postpone(_ job: Job, _ reason: String, _ delay: Duration, _ logger: Logger) async {
        logger.debug("job.postponed", metadata: ["reason": "\(reason)", "seconds": "\(delay.seconds)"])
        do {
            try await records.run { _ = try $0.execute(Job.postpone(job, reason: reason, delay: delay)) }
        } catch {
            // Its lease ends by itself, and the job is claimed again.
            logger.error("job.failure.not_recorded", metadata: ["error": "\(error)"])
        }
    }

    /// A job whose last lease ended was made dead by the claim; its handler may have to say so elsewhere.
    func recordDeath(of job: Job) async {
        let reason = "the lease of the last attempt ended: its worker died or hung"
        logger.error("job.dead", metadata: ["job_id": "\(job.jobID)", "kind": "\(job.kind)", "error": "\(reason)"])
        do {
            try await records.transaction { try handlers[job.kind]?.giveUp(job, $0, error: reason) }
        } catch {
            logger.error("job.give_up.failed", metadata: ["job_id": "\(job.jobID)", "error": "\(error)"])
        }
    }
}

/// The end of a worker.
extension JobWorker {
    /// Waits for running jobs as long as the grace period, cancels the rest and gives their claims back.
    func drain() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.waitUntilIdle() }
            // Cancelled when the other one ends first.
            group.addTask { try? await Task.sleep(for: self.configuration.gracePeriod) }
            await group.next()
            group.cancelAll()
        }
        let rest = ledger.withLock { $0.held.values.map { $0 } }
        for held in rest { held.task?.cancel() }
        for held in rest { await held.task?.value }
        await flushFinished()
        let unfinished = cancelledWhileStopping.withLock { $0 }
        guard !unfinished.isEmpty else { return }
        logger.notice("worker.claims.released", metadata: ["jobs": "\(unfinished.count)"])
        do {
            try await records.run {
                _ = try $0.execute(Job.release(unfinished.map(\.jobID), attempts: unfinished.map(\.attempt)))
            }
        } catch {
            logger.error("worker.release.failed", metadata: ["error": "\(error)"])
        }
    }

    private func waitUntilIdle() async {
        if ledger.withLock({ $0.isIdle }) { return }
        for await _ in idle.rings where ledger.withLock({ $0.isIdle }) { return }
    }
}
