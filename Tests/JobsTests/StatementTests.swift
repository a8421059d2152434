import TestSupport
import Testing

@testable import Jobs

@Suite struct StatementTests {
    private static let job = Job.make()

    @Test("Every statement fits the migrated schema, with the types of its parameters stated")
    func prepare() async throws {
        let untyped = try await untypedParameters(of: [
            Job.enqueue([.make()]), Job.claim([.make()], workerID: "w", lease: .seconds(1)),
            Job.finish([1], attempts: [1]),
            Job.fail(Self.job, error: "e", delay: .zero, isDead: false), Job.release([1], attempts: [1]),
            Job.postpone(Self.job, reason: "r", delay: .zero),
            Job.renew([1], attempts: [1], lease: .seconds(1)), Job.beginPeriod("k", seconds: 60), Job.wake("q"),
            WorkerQueries.register("w"), WorkerQueries.lock(1), WorkerQueries.unregister(1),
            WorkerQueries.selectVanished,
            WorkerQueries.bury([1]), QueueStatus.selectAll, QueueHealth.selectTable,
            QueueHealth.selectOldestTransaction(olderThan: .zero),
            QueueHealth.countHidden, QueueHealth.selectOldestPrepared, QueueHealth.selectOldestSlot,
            QueueStatus.selectDead(DeadJobFilter(), limit: 1), QueueStatus.retryDead(DeadJobFilter()),
            QueueStatus.pause("q"), QueueStatus.resume("q"),
        ])
        #expect(untyped.isEmpty)
    }
}
