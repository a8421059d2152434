import Logging
import Postgres

/// Signs of life, and taking finished jobs out of the queue.
extension JobWorker {
    /// Renews every held claim three times per lease; a job whose claim is gone is cancelled.
    func keepLeases() async {
        while true {
            do {
                try await Task.sleep(for: configuration.lease / 3)
                try await renewLeases()
            } catch is CancellationError {
                return
            } catch {
                logger.error("queue.heartbeat.failed", metadata: ["error": "\(error)"])
            }
        }
    }

    private func renewLeases() async throws {
        let held = ledger.withLock { $0.held }
        guard !held.isEmpty else { return }
        let jobs = held.values.map(\.job)
        let lease = configuration.lease
        let renewed: Set<Int> = try await records.run { session in
            let statement = Job.renew(jobs.map(\.jobID), attempts: jobs.map(\.attempt), lease: lease)
            return Set(try session.query(statement).compactMap { $0[0].flatMap { Int($0) } })
        }
        for job in jobs where !renewed.contains(job.jobID) {
            // It may have been finished by its handler a moment ago; then cancelling it changes nothing.
            held[job.jobID]?.task?.cancel()
        }
    }

    /// Deletes finished jobs, all that came together while the previous deletion was under way.
    func finishJobs() async {
        for await _ in finishBell.rings {
            await flushFinished()
            if Task.isCancelled { return }
        }
    }

    func flushFinished() async {
        let jobs = ledger.withLock { $0.takeFinished() }
        guard !jobs.isEmpty else { return }
        do {
            let count = try await records.run {
                try $0.execute(Job.finish(jobs.map(\.jobID), attempts: jobs.map(\.attempt)))
            }
            ledger.withLock { $0.settle(jobs, areGone: true) }
            if count < jobs.count {
                logger.warning("queue.finish.late", metadata: ["jobs": "\(jobs.count - count)"])
            }
        } catch {
            logger.error("queue.finish.failed", metadata: ["error": "\(error)", "jobs": "\(jobs.count)"])
            ledger.withLock { $0.settle(jobs, areGone: false) }
            // The poll's pace, so that a database that is away is not asked in a tight loop; a cancelled wait is no wait.
            try? await Task.sleep(for: configuration.pollInterval)
            if !Task.isCancelled { finishBell.ring() }
        }
        if ledger.withLock({ $0.isIdle }) { idle.ring() }
    }
}
