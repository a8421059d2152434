import Logging
import Postgres
import ServiceLifecycle
import Threads

/// Claims jobs and has them done, as many at once as each queue allows.
///
/// Start: connects when first needed and goes on trying while the database is away. Stop (graceful shutdown, or the task
/// cancelled): no further claims; running jobs have the grace period; what still runs then is cancelled and its claim
/// given back. Any number of workers share the queues; nobody leads.
public final class JobWorker: Service {
    let configuration: JobWorkerConfiguration
    let handlers: [String: any JobHandler]
    let periodic: [PeriodicJob]
    /// For nothing else: see `ClaimSettings`.
    let claims: Pool
    /// Finishing, failing and sign of life.
    let records: Pool
    let connector: Connector
    let logger: Logger
    let ledger: Locked<JobLedger>
    /// To be given back at the end.
    let cancelledWhileStopping = Locked<[Job]>([])
    let bell = Bell()
    let finishBell = Bell()
    let idle = Bell()

    /// - Parameters:
    ///   - connector: must lead to the server itself, unless the worker only polls.
    ///   - handlers: by kind; the worker claims every kind of its queues, and one without handler fails.
    public init(
        _ configuration: JobWorkerConfiguration, connector: Connector,
        handlers: [any JobHandler], periodic: [PeriodicJob] = [], logger: Logger
    ) {
        self.configuration = configuration
        self.connector = connector
        self.handlers = Dictionary(uniqueKeysWithValues: handlers.map { ($0.kind, $0) })
        self.periodic = periodic
        self.logger = logger
        claims = Pool(connector, maximum: 1, application: "catalog-claim") {
            // What is set or prepared stays with the server's process, which a pooler would hand to others.
            if configuration.listens { try $0.executeScript(ClaimSettings.script) }
        }
        records = Pool(connector, maximum: 2, application: "catalog-jobs")
        ledger = Locked(JobLedger(concurrency: configuration.concurrency))
    }

    public func run() async throws {
        await withGracefulShutdownHandler {
            await withTaskCancellationHandler {
                await work()
            } onCancel: {
                stop()
            }
        } onGracefulShutdown: {
            self.stop()
        }
        await claims.close()
        await records.close()
    }

    /// Asks for the end: no further claims.
    func stop() {
        ledger.withLock { $0.stop() }
        bell.ring()
        finishBell.ring()
    }

    private func work() async {
        // Tasks of their own: a cancelled `run` still has to finish, give back and say goodbye.
        let helpers = [
            Task { await tick() }, Task { await listen() }, Task { await keepLeases() },
            Task { await runPeriodicJobs() },
        ]
        let finisher = Task { await finishJobs() }
        await Task {
            await dispatch()
            await drain()
        }.value
        for helper in helpers { helper.cancel() }
        finisher.cancel()
        finishBell.ring()
        for helper in helpers { await helper.value }
        await finisher.value
    }

    /// Rings the bell at every poll interval; a worker without free slots ignores it.
    private func tick() async {
        while !Task.isCancelled {
            bell.ring()
            // Only cancellation ends the sleep early, and the loop's condition sees it.
            try? await Task.sleep(for: configuration.pollInterval)
        }
    }

    private func dispatch() async {
        var lastScan: ContinuousClock.Instant?
        for await _ in bell.rings {
            let now = ContinuousClock.now
            let rescans = lastScan.map { now - $0 >= configuration.rescanInterval } ?? true
            let demands = ledger.withLock { $0.demands(rescans: rescans) }
            if ledger.withLock({ $0.isStopping }) { return }
            guard !demands.isEmpty else { continue }
            if rescans { lastScan = now }
            await claim(demands, rescans: rescans)
        }
    }

    private func claim(_ demands: [QueueDemand], rescans: Bool) async {
        do {
            let begin = ContinuousClock.now
            let claim = try await claims.run { session in
                if rescans { try session.forgetPrepared() }
                return try session.claimJobsRetryingRaces(
                    demands, workerID: configuration.workerID, lease: configuration.lease,
                    prepares: configuration.listens)
            }
            let elapsed = ContinuousClock.now - begin
            logger.debug(
                "queue.claimed",
                metadata: ["jobs": "\(claim.jobs.count)", "milliseconds": "\(elapsed.seconds * 1000)"])
            ledger.withLock { $0.take(claim.jobs, for: demands, safe: claim.safe) }
            for job in claim.jobs { start(job) }
            for job in claim.dead { await recordDeath(of: job) }
        } catch {
            logger.error("queue.claim.failed", metadata: ["error": "\(error)"])
        }
    }

    private func start(_ job: Job) {
        // At once, up to its first wait: an idle worker would have to wake another thread.
        let task = Task.immediate { await self.execute(job) }
        ledger.withLock { $0.setTask(task, of: job) }
    }
}
