import Logging
import Postgres
import Threads

extension JobWorkerConfiguration {
    /// How jobs are claimed.
    package struct Claiming: Sendable {
        /// How often the queues are looked at without being woken.
        package var pollInterval: Duration = .seconds(1)
        /// How often a claim looks at a queue from its very beginning: see `LowWaterMarks`.
        package var rescanInterval: Duration = .seconds(5)
        /// How long the plan of a claim is kept where claims bring nothing. Where they do, each look from the beginning has a new one.
        package var idlePlanAge: Duration = .seconds(60)

        package init() {}
    }
}

/// Claims jobs for free slots and has them executed.
struct JobClaimer {
    /// What one claim brought.
    struct Counts: Equatable {
        var claimed = 0
        /// Found out of attempts: their last worker died or hung.
        var dead = 0
    }

    let context: WorkerContext
    let configuration: JobWorkerConfiguration
    /// For nothing else: see `ClaimSettings`.
    let pool: Pool
    let executor: JobExecutor

    init(
        context: WorkerContext, configuration: JobWorkerConfiguration, connector: Connector, executor: JobExecutor
    ) {
        self.context = context
        self.configuration = configuration
        self.executor = executor
        pool = Pool(connector, maximum: 1, application: "catalog-claim", limit: configuration.statementLimit) {
            // What is set or prepared stays with the server's process, which a pooler would hand to others.
            if configuration.listens { try $0.executeScript(ClaimSettings.script) }
        }
    }

    /// Returns once the worker stops.
    func run() async {
        let ticker = Task { await tick() }
        var lastScan: ContinuousClock.Instant?
        var planned = ContinuousClock.now
        var hasClaimed = false
        for await _ in context.claimSignal.wakeUps {
            if context.ledger.withLock({ $0.isStopping }) { break }
            let now = ContinuousClock.now
            let rescans = lastScan.map { now - $0 >= configuration.claiming.rescanInterval } ?? true
            let replans = rescans && (hasClaimed || now - planned >= configuration.claiming.idlePlanAge)
            do {
                guard let counts = try await runOnce(rescans: rescans, replans: replans) else { continue }
                if rescans { lastScan = now }
                if replans { (planned, hasClaimed) = (now, false) }
                if counts.claimed > 0 { hasClaimed = true }
            } catch {
                context.logger.error("queue.claim.failed", metadata: ["error": "\(error)"])
            }
        }
        ticker.cancel()
    }

    /// At every poll interval; a worker without free slots ignores it.
    private func tick() async {
        while !Task.isCancelled {
            context.claimSignal.signal()
            // Only cancellation ends the sleep early, and the loop's condition sees it.
            try? await Task.sleep(for: configuration.claiming.pollInterval)
        }
    }

    /// One claim over all queues that have a free slot.
    /// - Parameters:
    ///   - rescans: looks from the beginning of each queue.
    ///   - replans: with a new plan, since the table may have grown.
    /// - Returns: nil if no slot is free.
    func runOnce(rescans: Bool, replans: Bool = false) async throws -> Counts? {
        let demands = context.ledger.withLock { $0.demands(rescans: rescans) }.map { demand in
            var demand = demand
            demand.lease = configuration.lease(of: demand.queue)
            return demand
        }
        guard !demands.isEmpty else { return nil }
        let begin = ContinuousClock.now
        let claim = try await pool.run { session in
            if replans { try session.forgetPrepared() }
            return try session.claimJobsRetryingRaces(
                demands, workerID: context.workerID, lease: configuration.lease, prepares: configuration.listens)
        }
        context.contact.withLock { $0.answered(at: .now) }
        report(claim, took: ContinuousClock.now - begin)
        context.ledger.withLock { $0.take(claim.jobs, for: demands, horizon: claim.horizon) }
        if claim.jobs.contains(where: { $0.serialKey != nil }) { context.parkSignal.signal() }
        for job in claim.jobs { executor.start(job) }
        for job in claim.dead { await executor.recordDeath(of: job) }
        return Counts(claimed: claim.jobs.count, dead: claim.dead.count)
    }

    private func report(_ claim: Claim, took duration: Duration) {
        context.observer.claimed(claim.jobs, in: duration)
        context.logger.debug(
            "queue.claimed",
            metadata: [
                "jobs": .stringConvertible(claim.jobs.count),
                "milliseconds": .stringConvertible(duration.seconds * 1000),
            ])
    }
}
