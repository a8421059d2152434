import Logging
import Postgres
import Threads

/// What the agents of one worker share: what it holds, and the signals between them.
final class WorkerContext: Sendable {
    let workerID: String
    let handlers: [String: any JobHandler]
    /// Outcomes, heartbeats and whatever else is not a claim.
    let records: Pool
    let ledger: Locked<JobLedger>
    let presence = Locked(WorkerPresence())
    let contact = Locked(QueueContact())
    let observer: any JobObserver
    /// What the transactions of a job are told.
    let attribution: @Sendable (Job, JobPayload) -> TransactionContext?
    let logger: Logger
    /// A look at the queues may be worthwhile.
    let claimSignal = WakeSignal()
    /// A job of a serial key runs now: others may wait behind it.
    let parkSignal = WakeSignal()
    /// An outcome waits to be recorded.
    let outcomeSignal = WakeSignal()
    /// Nothing runs any more, and nothing waits. As every signal for one wait only: a wait that is cancelled ends its stream.
    let idleSignal = WakeSignal()
    /// Nothing runs any more.
    let emptySignal = WakeSignal()

    init(
        _ configuration: JobWorkerConfiguration, records: Pool, handlers: [any JobHandler], observer: any JobObserver,
        attribution: @escaping @Sendable (Job, JobPayload) -> TransactionContext? = { _, _ in TransactionContext.current
        },
        logger: Logger
    ) {
        workerID = configuration.workerID
        self.records = records
        self.handlers = Dictionary(uniqueKeysWithValues: handlers.map { ($0.kind, $0) })
        self.observer = observer
        self.attribution = attribution
        self.logger = logger
        ledger = Locked(JobLedger(concurrency: configuration.concurrency))
    }

    /// Frees a job's slot and has its end recorded. Does nothing for a job that was given up as hung before.
    func leave(_ job: Job, _ end: JobEnd) {
        guard let departure = ledger.withLock({ $0.leave(job, end) }) else { return }
        observer.ended(job, end, after: ContinuousClock.now - departure.began)
        if end.isToBeRecorded { outcomeSignal.signal() }
        if departure.looksForMore { claimSignal.signal() }
        announceEmptiness()
    }

    /// Wakes whoever waits for the end.
    func announceEmptiness() {
        let (isEmpty, isIdle) = ledger.withLock { ($0.held.isEmpty, $0.isIdle) }
        if isEmpty { emptySignal.signal() }
        if isIdle { idleSignal.signal() }
    }

    /// - Returns: at the latest after `limit`.
    func waitUntilIdle(atMost limit: Duration) async {
        await wait(for: idleSignal, atMost: limit) { self.ledger.withLock { $0.isIdle } }
    }

    /// - Returns: at the latest after `limit`.
    func waitUntilEmpty(atMost limit: Duration) async {
        await wait(for: emptySignal, atMost: limit) { self.ledger.withLock { $0.held.isEmpty } }
    }

    private func wait(
        for signal: WakeSignal, atMost limit: Duration, until isOver: @escaping @Sendable () -> Bool
    ) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                if isOver() { return }
                for await _ in signal.wakeUps where isOver() { return }
            }
            // Cancelled when the other one ends first.
            group.addTask { try? await Task.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
    }

    /// For what is said about one job.
    func logger(of job: Job) -> Logger { logger(of: job, JobPayload(job.payload)) }

    func logger(of job: Job, _ payload: JobPayload) -> Logger {
        var logger = logger
        logger[metadataKey: "job_id"] = .stringConvertible(job.jobID)
        logger[metadataKey: "kind"] = "\(job.kind)"
        logger[metadataKey: "attempt"] = .stringConvertible(job.attempt)
        for (key, value) in payload.metadata { logger[metadataKey: key] = value }
        return logger
    }
}

/// A chore of a worker. It goes on until its task is cancelled.
protocol WorkerAgent: Sendable {
    func run() async
}

extension WorkerAgent {
    /// Calls `body` after each interval. An error is logged, and the next round tries again.
    /// - Parameter failure: name of the event in the log.
    func repeating(
        every interval: @autoclosure () -> Duration, _ logger: Logger, failure: Logger.Message,
        _ body: () async throws -> Void
    ) async {
        // Only cancellation ends the sleep early.
        while (try? await Task.sleep(for: interval())) != nil {
            do {
                try await body()
            } catch is CancellationError {
                return
            } catch {
                logger.error(failure, metadata: ["error": "\(error)"])
            }
        }
    }
}
