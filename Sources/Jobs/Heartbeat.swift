import Logging
import Postgres

/// Renews every held claim three times per lease; a job whose claim is gone is cancelled.
struct Heartbeat: WorkerAgent {
    struct Counts: Equatable {
        var renewed = 0
        var lost = 0
    }

    let context: WorkerContext
    let lease: Duration

    func run() async {
        await repeating(every: lease / 3, context.logger, failure: "queue.heartbeat.failed") {
            _ = try await runOnce()
        }
    }

    @discardableResult
    func runOnce() async throws -> Counts {
        let held = Array(context.ledger.withLock { $0.held }.values)
        guard !held.isEmpty else { return Counts() }
        let jobs = held.map(\.job)
        let lease = lease
        let renewed: Set<Int> = try await context.records.run { session in
            let statement = Job.renew(jobs.map(\.jobID), attempts: jobs.map(\.attempt), lease: lease)
            return Set(try session.query(statement).compactMap { $0[0].flatMap { Int($0) } })
        }
        let lost = held.filter { !renewed.contains($0.job.jobID) }
        // It may have been finished by its handler a moment ago; then cancelling it changes nothing.
        for held in lost { held.task?.cancel() }
        return Counts(renewed: renewed.count, lost: lost.count)
    }
}
