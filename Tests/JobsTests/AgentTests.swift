import Logging
import Postgres
import TestSupport
import Testing
import Threads

@testable import Jobs

/// Each agent's one round, without its loop.
@Suite(.timeLimit(.minutes(2))) struct AgentTests {
    private struct Fixture {
        let pool: Pool
        let context: WorkerContext
        let configuration: JobWorkerConfiguration
        let executor: JobExecutor
        let claimer: JobClaimer
        let recorder: OutcomeRecorder
    }

    private static func withFixture(
        _ handlers: [any JobHandler], _ body: (Fixture) async throws -> Void
    ) async throws {
        try await withDatabase(migrated: true) { conninfo in
            let pool = Pool(conninfo)
            var configuration = JobWorkerConfiguration(concurrency: ["q": 4])
            configuration.backoff = Backoff(base: .milliseconds(1), cap: .milliseconds(1))
            let context = WorkerContext(
                configuration, records: pool, handlers: handlers, observer: NoJobObserver(),
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
            let executor = JobExecutor(
                context: context, backoff: configuration.backoff, limits: configuration.timeLimits)
            let claimer = JobClaimer(
                context: context, configuration: configuration, connector: Connector(conninfo), executor: executor)
            let recorder = OutcomeRecorder(context: context, retryInterval: .milliseconds(10), lease: .seconds(30))
            try await body(
                Fixture(
                    pool: pool, context: context, configuration: configuration, executor: executor, claimer: claimer,
                    recorder: recorder))
            await claimer.pool.close()
            await pool.close()
        }
    }

    @Test("A claim counts what it brought, and what it found dead")
    func claims() async throws {
        let ended = Signals<Int>()
        let handler = ClosureHandler {
            ended.send($0.jobID)
            return .finished
        }
        try await Self.withFixture([handler]) { fixture in
            try await fixture.pool.transaction { session in
                try session.enqueue(.make(maxAttempts: 1))
                _ = try session.claim(by: "killed", lease: .zero)
                try session.enqueue([.make(), .make()])
            }
            let first = try await fixture.claimer.runOnce(rescans: true)
            #expect(first == JobClaimer.Counts(claimed: 2, dead: 1))
            #expect(await ended.next(2).count == 2)
            let second = try await fixture.claimer.runOnce(rescans: true)
            #expect(second == JobClaimer.Counts())
        }
    }

    @Test("Outcomes are counted by what became of them; what somebody else holds by now is late")
    func records() async throws {
        let handler = ClosureHandler { job in
            switch job.payload {
            case "{\"n\": 1}": return .finished
            case "{\"n\": 2}": throw JobError.retry(after: .seconds(60), reason: "away")
            default: throw JobError.postponed(for: .seconds(60), reason: "early")
            }
        }
        try await Self.withFixture([handler]) { fixture in
            try await fixture.pool.transaction { session in
                try session.enqueue([.make(payload: "{\"n\": 1}"), .make(payload: "{\"n\": 1}")])
                try session.enqueue([.make(payload: "{\"n\": 2}"), .make(payload: "{\"n\": 3}")])
            }
            _ = try await fixture.claimer.runOnce(rescans: true)
            await fixture.context.waitUntilEmpty(atMost: .seconds(30))
            try await fixture.pool.run { _ = try $0.execute("delete from jobs.jobs where job_id = 1") }
            let counts = await fixture.recorder.runOnce()
            #expect(counts == OutcomeRecorder.Counts(finished: 1, failed: 1, postponed: 1, late: 1))
            let none = await fixture.recorder.runOnce()
            #expect(none == OutcomeRecorder.Counts())
        }
    }

    @Test("A heartbeat renews what is held, and cancels what somebody else has by now")
    func heartbeat() async throws {
        let cancelled = Signals<Int>()
        let handler = ClosureHandler { job in
            do {
                try await Task.sleep(for: .seconds(3600))
            } catch {
                cancelled.send(job.jobID)
                throw error
            }
            return .finished
        }
        try await Self.withFixture([handler]) { fixture in
            try await fixture.pool.transaction { _ = try $0.enqueue([.make(), .make()]) }
            _ = try await fixture.claimer.runOnce(rescans: true)
            try await fixture.pool.run { _ = try $0.execute("update jobs.jobs set attempt = 2 where job_id = 2") }
            let heartbeat = Heartbeat(context: fixture.context, configuration: fixture.configuration)
            let counts = try await heartbeat.runOnce()
            #expect(counts == Heartbeat.Counts(renewed: 1, lost: 1))
            #expect(await cancelled.next(1) == [2])
            for held in fixture.context.ledger.withLock({ $0.held }).values { held.task?.cancel() }
            await fixture.context.waitUntilEmpty(atMost: .seconds(30))
        }
    }

    @Test("A queue may have a shorter lease, of its claims and of its heartbeats")
    func shorterLease() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let pool = Pool(conninfo)
            var configuration = JobWorkerConfiguration(concurrency: ["q": 1, "r": 1])
            configuration.shorterLeases = ["q": .seconds(15), "s": .seconds(1)]
            #expect(configuration.shortestLease == .seconds(15))
            try await pool.transaction { _ = try $0.enqueue([.make(), .make(queue: "r")]) }
            let leases: Statement = """
                select string_agg(queue || round(extract(epoch from lease_until - clock_timestamp()) / 15), ' ' order by queue) as leases
                from jobs.jobs
                """
            let context = WorkerContext(
                configuration, records: pool, handlers: [], observer: NoJobObserver(),
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
            let demands = ["q", "r"].map { queue in
                var demand = QueueDemand.make(queue, limit: 1)
                demand.lease = configuration.lease(of: queue)
                return demand
            }
            let claim = try await pool.run { try $0.claimJobs(demands, workerID: "w", lease: .seconds(30)) }
            let claimed: String? = try await pool.run { try $0.first(leases)?.get("leases") }
            #expect(claimed == "q1 r2")
            context.ledger.withLock { $0.take(claim.jobs, for: demands, horizon: claim.horizon) }
            try await pool.run { _ = try $0.execute("update jobs.jobs set lease_until = clock_timestamp()") }
            #expect(try await Heartbeat(context: context, configuration: configuration).runOnce().renewed == 2)
            let renewed: String? = try await pool.run { try $0.first(leases)?.get("leases") }
            #expect(renewed == "q1 r2")
            await pool.close()
        }
    }

    @Test("A periodic job is enqueued by one worker in each period")
    func periodic() async throws {
        try await Self.withFixture([]) { fixture in
            let enqueuer = PeriodicEnqueuer(
                context: fixture.context, periodic: PeriodicJob(.make(), everySeconds: 86_400 * 365))
            let first = try await enqueuer.runOnce()
            let second = try await enqueuer.runOnce()
            #expect((first, second) == (1, 0))
        }
    }
}
