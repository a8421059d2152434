import Logging
import Postgres
import Threads

/// Tells the queue how jobs ended: finished ones together, all that came while the previous round was under way.
///
/// What cannot be recorded because the database is away is tried again at the poll's pace: the job is not left to wait for the
/// end of its lease while its worker lives.
struct OutcomeRecorder: WorkerAgent {
    struct Counts: Equatable {
        var finished = 0
        var failed = 0
        var postponed = 0
        var released = 0
        /// Somebody else had the job by then.
        var late = 0
        /// To be tried again.
        var unrecorded = 0
    }

    let context: WorkerContext
    /// How long it waits after a round that failed.
    let retryInterval: Duration
    /// After this time whoever claims the job next will record its end.
    let lease: Duration

    /// Returns once the worker is drained and nothing is left to record, or the database does not take it.
    func run() async {
        for await _ in context.outcomeSignal.wakeUps {
            let counts = await runOnce()
            let (isDrained, isRecorded) = context.ledger.withLock { ($0.isDrained, $0.isRecorded) }
            if isDrained, isRecorded || counts.unrecorded > 0 { return }
            if counts.unrecorded > 0 {
                // A database that is away is not asked in a tight loop; a cancelled wait does not wait.
                try? await Task.sleep(for: retryInterval)
                context.outcomeSignal.signal()
            }
        }
    }

    @discardableResult
    func runOnce() async -> Counts {
        let outcomes = context.ledger.withLock { $0.takeOutcomes() }
        guard !outcomes.isEmpty else { return Counts() }
        var round = Round()
        await record(outcomes, of: .finished, &round)
        await record(outcomes, of: .released, &round)
        for outcome in outcomes where outcome.end != .finished && outcome.end != .released {
            let payload = JobPayload(outcome.job.payload)
            await TransactionContext.$current.withValue(context.attribution(outcome.job, payload)) {
                await record([outcome], &round) { try $0.record(outcome, by: context.handlers[outcome.job.kind]) }
            }
        }
        let freesSuccessors = context.ledger.withLock { $0.settle(outcomes, unrecorded: round.unrecorded) }
        if round.counts.late > 0 {
            context.logger.warning("queue.finish.late", metadata: ["jobs": .stringConvertible(round.counts.late)])
        }
        if round.counts.released > 0 {
            context.logger.notice(
                "worker.claims.released", metadata: ["jobs": .stringConvertible(round.counts.released)])
        }
        if freesSuccessors { context.claimSignal.signal() }
        context.announceEmptiness()
        return round.counts
    }

    private struct Round {
        var counts = Counts()
        var unrecorded: [JobOutcome] = []
    }

    /// Records all outcomes of one kind in one statement.
    private func record(_ outcomes: [JobOutcome], of end: JobEnd, _ round: inout Round) async {
        // In the order in which heartbeats lock them.
        let jobs = outcomes.filter { $0.end == end }.sorted { $0.job.jobID < $1.job.jobID }
        guard !jobs.isEmpty else { return }
        let (ids, attempts) = (jobs.map(\.job.jobID), jobs.map(\.job.attempt))
        let statement = end == .released ? Job.release(ids, attempts: attempts) : Job.finish(ids, attempts: attempts)
        await record(jobs, &round) { try $0.execute(statement) }
    }

    /// - Parameter body: returns how many of the jobs were still held.
    private func record(
        _ outcomes: [JobOutcome], _ round: inout Round, _ body: @Sendable (Session) throws -> Int
    ) async {
        do {
            let count = try await context.records.transaction { try body($0) }
            round.counts.add(outcomes[0].end, count)
            round.counts.late += outcomes.count - count
        } catch {
            context.logger.error(
                "job.outcome.not_recorded", metadata: ["error": "\(error)", "jobs": .stringConvertible(outcomes.count)])
            // Whatever is not tried again is left to its lease, which ends by itself.
            let kept = outcomes.filter { isWorthAnotherTry($0, after: error) }
            round.unrecorded += kept
            round.counts.unrecorded += kept.count
        }
    }

    /// What a statement is refused for would be refused again. Other errors come from before the database, such as a store of secrets that
    /// is away, or from a handler's own record of the failure.
    private func isWorthAnotherTry(_ outcome: JobOutcome, after error: any Error) -> Bool {
        (error as? PostgresError)?.isTransient ?? (ContinuousClock.now - outcome.since < lease)
    }
}

extension OutcomeRecorder.Counts {
    fileprivate mutating func add(_ end: JobEnd, _ count: Int) {
        switch end {
        case .finished: finished += count
        case .failed: failed += count
        case .postponed: postponed += count
        case .released: released += count
        case .finishedByHandler, .leaseLost: break
        }
    }
}

extension Session {
    /// Records a failure or a postponement. Needs a transaction: a dead job's handler takes part in it.
    /// - Returns: 1, or 0 if somebody else has the job by now.
    fileprivate func record(_ outcome: JobOutcome, by handler: (any JobHandler)?) throws -> Int {
        let job = outcome.job
        switch outcome.end {
        case .failed(let error, let delay, let isDead):
            let count = try execute(Job.fail(job, error: error, delay: delay, isDead: isDead))
            if count == 1, isDead { try handler?.giveUp(job, self, error: error) }
            return count
        case .postponed(let reason, let delay):
            return try execute(Job.postpone(job, reason: reason, delay: delay))
        case .finished, .finishedByHandler, .released, .leaseLost:
            return 0
        }
    }
}
