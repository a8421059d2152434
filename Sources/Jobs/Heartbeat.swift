import Logging
import Postgres
import Threads

/// Renews every held claim three times per lease; a job whose claim is gone is cancelled, and so is one whose claim could not be renewed for
/// two thirds of the lease: its statements probably wait for a server that hangs, and soon somebody else will have it.
struct Heartbeat: WorkerAgent {
    struct Counts: Equatable {
        var renewed = 0
        var lost = 0
    }

    let context: WorkerContext
    let configuration: JobWorkerConfiguration

    func run() async {
        await repeating(every: configuration.shortestLease / 3, context.logger, failure: "queue.heartbeat.failed") {
            do {
                _ = try await runOnce()
            } catch {
                cancelDoomed(at: .now)
                throw error
            }
        }
    }

    /// - Returns: how many.
    @discardableResult
    func cancelDoomed(at now: ContinuousClock.Instant) -> Int {
        let doomed = context.ledger.withLock { $0.held }.values.filter {
            now - $0.renewed >= configuration.lease(of: $0.job.queue) * 2 / 3
        }
        for held in doomed { held.task?.cancel() }
        return doomed.count
    }

    @discardableResult
    func runOnce() async throws -> Counts {
        let held = Array(context.ledger.withLock { $0.held }.values)
        guard !held.isEmpty else { return Counts() }
        let jobs = held.map(\.job)
        let leases = jobs.map { configuration.lease(of: $0.queue) }
        let renewed: Set<Int> = try await context.records.run { session in
            let statement = Job.renew(jobs.map(\.jobID), attempts: jobs.map(\.attempt), leases: leases)
            return Set(try session.query(statement).compactMap { $0[0].flatMap { Int($0) } })
        }
        let now = ContinuousClock.now
        context.contact.withLock { $0.answered(at: now) }
        context.ledger.withLock { $0.markRenewed(jobs.filter { renewed.contains($0.jobID) }, at: now) }
        let lost = held.filter { !renewed.contains($0.job.jobID) }
        // It may have been finished by its handler a moment ago; what that does afterwards it keeps from being cancelled.
        for held in lost { held.task?.cancel() }
        return Counts(renewed: renewed.count, lost: lost.count)
    }
}
