import Logging
import Postgres
import Threads

extension JobWorkerConfiguration {
    /// How the death of other workers is noticed.
    package struct Rescuing: Sendable {
        /// Between two looks: a statement each. With `confirmation` it bounds how long a killed worker's jobs wait.
        package var interval: Duration = .milliseconds(1250)
        /// How long a worker must be gone: it may only have lost its connection, and be about to come back.
        package var confirmation: Duration = .milliseconds(500)
        /// How long nobody is judged after this worker lost its own connection.
        package var pauseAfterLoss: Duration = .seconds(10)

        package init() {}
    }
}

/// Frees the jobs of workers that died, long before their leases end.
///
/// A worker holds an advisory lock on the connection on which it listens. The server drops it as soon as the process is gone, however it
/// went. A worker that does not listen has no such lock, is not registered, judges nobody, and is known by its leases alone; so is one
/// whose host vanished, until the server notices that.
struct JobRescuer: WorkerAgent {
    struct Counts: Equatable {
        var workers = 0
        var jobs = 0
    }

    let context: WorkerContext
    let configuration: JobWorkerConfiguration.Rescuing

    func run() async {
        await repeating(every: configuration.interval, context.logger, failure: "queue.rescue.failed") {
            _ = try await runOnce()
        }
    }

    @discardableResult
    func runOnce() async throws -> Counts {
        guard mayJudge else { return Counts() }
        let suspects = try await context.records.run { try $0.vanishedWorkers() }
        guard !suspects.isEmpty else { return Counts() }
        try await Task.sleep(for: configuration.confirmation)
        guard mayJudge else { return Counts() }
        let counts = try await context.records.transaction { try $0.buryWorkers(suspects) }
        if counts.workers > 0 {
            context.logger.warning(
                "queue.worker.died",
                metadata: ["workers": .stringConvertible(counts.workers), "jobs": .stringConvertible(counts.jobs)])
        }
        return counts
    }

    private var mayJudge: Bool {
        context.presence.withLock { $0.mayJudge(at: .now, pause: configuration.pauseAfterLoss) }
    }
}
