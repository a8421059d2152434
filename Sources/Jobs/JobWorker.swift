package import Logging
package import Postgres
import ServiceLifecycle
import Threads

/// Claims jobs and has them done, as many at once as each queue allows. Its agents do the work, each in a file of its own.
///
/// Start: connects when first needed and goes on trying while the database is away. Stop (graceful shutdown, or the task
/// cancelled): no further claims; running jobs have the grace period; what still runs then is cancelled and its claim
/// given back. Any number of workers share the queues; nobody leads.
package final class JobWorker: Service {
    let context: WorkerContext
    private let configuration: JobWorkerConfiguration
    private let claimer: JobClaimer
    private let recorder: OutcomeRecorder
    private let agents: [any WorkerAgent]

    /// - Parameters:
    ///   - connector: must lead to the server itself, unless the worker only polls.
    ///   - handlers: by kind; the worker claims every kind of its queues, and one without handler fails.
    ///   - heard: channels that are listened to for others, each with what takes the payload, which must not block.
    ///   - observer: sees every claim and every end.
    ///   - attribution: what the transactions of a job are told.
    package init(
        _ configuration: JobWorkerConfiguration, connector: Connector, handlers: [any JobHandler],
        periodic: [PeriodicJob] = [], heard: [String: @Sendable (String) -> Void] = [:],
        observer: (any JobObserver)? = nil,
        attribution: @escaping @Sendable (Job, JobPayload) -> TransactionContext? = { _, _ in TransactionContext.current
        },
        logger: Logger
    ) {
        self.configuration = configuration
        let context = WorkerContext(
            configuration,
            records: Pool(connector, maximum: 2, application: "catalog-jobs", limit: configuration.statementLimit),
            handlers: handlers, observer: observer ?? NoJobObserver(), attribution: attribution, logger: logger)
        self.context = context
        let executor = JobExecutor(context: context, backoff: configuration.backoff, limits: configuration.timeLimits)
        claimer = JobClaimer(context: context, configuration: configuration, connector: connector, executor: executor)
        recorder = OutcomeRecorder(
            context: context, retryInterval: configuration.claiming.pollInterval, lease: configuration.lease)
        var agents: [any WorkerAgent] = [
            Heartbeat(context: context, configuration: configuration),
            StallGuard(context: context, configuration: configuration.timeLimits, executor: executor),
            ClaimWatch(context: context, limit: configuration.silenceLimit),
            JobParker(context: context),
        ]
        agents += periodic.map { PeriodicEnqueuer(context: context, periodic: $0) }
        if configuration.listens {
            agents.append(
                WakeUpListener(
                    context: context, configuration: configuration.listening,
                    queues: Array(configuration.concurrency.keys), heard: heard, connector: connector))
            agents.append(JobRescuer(context: context, configuration: configuration.rescuing))
        }
        self.agents = agents
    }

    package func run() async throws {
        await withGracefulShutdownHandler {
            await withTaskCancellationHandler {
                await work()
            } onCancel: {
                stop()
            }
        } onGracefulShutdown: {
            self.stop()
        }
        await claimer.pool.close()
        await context.records.close()
    }

    /// Whether this worker is of use.
    /// - Throws: ``QueueSilent`` if the queue has not answered it for longer than a lease.
    package func requireClaims() throws {
        guard !context.ledger.withLock({ $0.isStopping }) else { return }
        let silence = context.contact.withLock { $0.silence(at: .now, limit: configuration.silenceLimit) }
        if let silence { throw QueueSilent(duration: silence) }
    }

    /// Asks for the end: no further claims.
    func stop() {
        context.ledger.withLock { $0.stop() }
        context.claimSignal.signal()
    }

    private func work() async {
        // Tasks of their own: a cancelled `run` still has to finish, give back and say goodbye.
        let chores = agents.map { agent in Task { await agent.run() } }
        let recording = Task { await recorder.run() }
        await Task {
            await claimer.run()
            await drain()
        }.value
        await recording.value
        for chore in chores { chore.cancel() }
        for chore in chores { await chore.value }
    }

    /// Waits for running jobs as long as the grace period, cancels the rest and gives their claims back.
    private func drain() async {
        await context.waitUntilIdle(atMost: configuration.gracePeriod)
        for held in context.ledger.withLock({ $0.held }).values { held.task?.cancel() }
        await context.waitUntilEmpty(atMost: configuration.timeLimits.patience)
        // Whoever does not even end now is fenced: its job may be claimed by others.
        for held in context.ledger.withLock({ $0.held }).values { context.leave(held.job, .released) }
        context.ledger.withLock { $0.markDrained() }
        context.outcomeSignal.signal()
    }
}
