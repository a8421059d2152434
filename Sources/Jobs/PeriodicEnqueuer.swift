import Logging
import Postgres

/// Enqueues one periodic job, unless another worker was first in its period.
struct PeriodicEnqueuer: WorkerAgent {
    let context: WorkerContext
    let periodic: PeriodicJob

    func run() async {
        await attempt()
        // At a random moment of each period: not all workers at once.
        await repeating(every: interval, context.logger, failure: "queue.periodic.failed") { await attempt() }
    }

    private var interval: Duration { .seconds(periodic.seconds) * Double.random(in: 0.5...1) }

    private func attempt() async {
        do {
            try await runOnce()
        } catch {
            context.logger.error(
                "queue.periodic.failed", metadata: ["kind": "\(periodic.job.kind)", "error": "\(error)"])
        }
    }

    /// - Returns: how many jobs were enqueued: 1 or none.
    @discardableResult
    func runOnce() async throws -> Int {
        try await context.records.transaction { try $0.enqueueIfDue(periodic) } ? 1 : 0
    }
}
