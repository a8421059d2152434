import Foundation
import Postgres
import TestSupport
import Testing
import Threads

@testable import Jobs

/// Everybody at once on few keys: whoever enqueues, claims, ends well or badly, takes away, and parks.
@Suite(.timeLimit(.minutes(3))) struct JobParkingRandomTests {
    /// What must have become of every job: kept beside the queue, by what was committed.
    private struct Oracle {
        var enqueued: Set<Int> = []
        var ended: [Int] = []
        var running: [String: Int] = [:]
        var wrong: [String] = []
    }

    private static let (keys, queues) = (["x", "y", "z"], ["q", "r"])
    private static let demands = queues.map { QueueDemand.make($0, limit: 2) }

    @Test("No promotion is lost, however ends, parking, cancellations and new jobs meet: in the end nothing is left")
    func nothingIsLost() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let pool = Pool(conninfo, maximum: 9)
            let oracle = Locked(Oracle())
            for round in 0..<20 {
                try await Self.mingle(UInt64(round), for: .milliseconds(400), pool, oracle)
                // Nobody searches for what was forgotten, and nobody parks: what is left must come by itself. What was postponed is due by then.
                try await Task.sleep(for: .milliseconds(20))
                while let jobs = try await Self.claim("last", pool, oracle) {
                    for job in jobs { try await Self.finish(job, pool, oracle) }
                }
                let left = try await pool.run { try $0.jobStates() }
                #expect(left == [:])
            }
            let result = oracle.withLock { $0 }
            #expect(result.wrong == [])
            #expect(result.enqueued.count > 200)
            #expect(Set(result.ended) == result.enqueued)
            #expect(result.ended.count == result.enqueued.count, "each ended once")
            await pool.close()
        }
    }

    private static func mingle(
        _ seed: UInt64, for duration: Duration, _ pool: Pool, _ oracle: Locked<Oracle>
    ) async throws {
        let end = ContinuousClock.now + duration
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    var random = SeededGenerator(seed: seed * 8 + UInt64(number))
                    while ContinuousClock.now < end { try await step(number, pool, oracle, &random) }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func step(
        _ number: Int, _ pool: Pool, _ oracle: Locked<Oracle>, _ random: inout SeededGenerator
    ) async throws {
        switch number {
        case 0, 1: try await enqueue(pool, oracle, &random)
        case 2: _ = try await pool.run { try $0.parkJobs() }
        case 3: try await cancel(pool, oracle)
        default:
            for job in try await claim("w\(number)", pool, oracle) ?? [] {
                try await finishOrNot(job, pool, oracle, Int.random(in: 0..<10, using: &random))
            }
        }
    }

    private static func enqueue(
        _ pool: Pool, _ oracle: Locked<Oracle>, _ random: inout SeededGenerator
    ) async throws {
        let jobs = (0..<Int.random(in: 1...4, using: &random)).map { _ in
            NewJob.make(
                queue: queues.randomElement(using: &random)!, priority: Int.random(in: 1...4, using: &random),
                maxAttempts: 50, serialKey: keys.randomElement(using: &random))
        }
        // So that the queue neither runs empty nor grows without bound.
        guard try await pool.run({ try $0.jobStates().values.reduce(0, +) }) < 60 else { return }
        let ids = try await pool.transaction { try $0.enqueue(jobs) }
        oracle.withLock { $0.enqueued.formUnion(ids) }
    }

    /// - Returns: nil if nothing may run.
    private static func claim(_ worker: String, _ pool: Pool, _ oracle: Locked<Oracle>) async throws -> [Job]? {
        let jobs = try await pool.run {
            try $0.claimJobsRetryingRaces(demands, workerID: worker, lease: .seconds(600)).jobs
        }
        oracle.withLock { oracle in
            for job in jobs {
                if oracle.running.updateValue(job.jobID, forKey: job.serialKey!) != nil {
                    oracle.wrong.append("two jobs of \(job.serialKey!) run")
                }
            }
        }
        return jobs.isEmpty ? nil : jobs
    }

    private static func finish(_ job: Job, _ pool: Pool, _ oracle: Locked<Oracle>) async throws {
        // Before the end is committed: afterwards the next one may run at once.
        oracle.withLock { $0.running[job.serialKey!] = nil }
        try await pool.transaction { try $0.finish(job) }
        oracle.withLock { $0.ended.append(job.jobID) }
    }

    private static func finishOrNot(_ job: Job, _ pool: Pool, _ oracle: Locked<Oracle>, _ way: Int) async throws {
        struct Abort: Error {}
        switch way {
        case 0:
            // A rolled-back end changes nothing.
            await #expect(throws: Abort.self) {
                try await pool.transaction { session in
                    try session.finish(job)
                    throw Abort()
                }
            }
            try await finish(job, pool, oracle)
        case 1: try await end(job, pool, oracle) { Job.fail($0, error: "e", delay: .zero, isDead: false) }
        case 2: try await end(job, pool, oracle) { Job.postpone($0, reason: "r", delay: .milliseconds(2)) }
        case 3: try await end(job, pool, oracle) { Job.release([$0.jobID], attempts: [$0.attempt]) }
        case 4:
            try await end(job, pool, oracle) { Job.fail($0, error: "e", delay: .zero, isDead: true) }
            _ = try await pool.transaction { try $0.retryDeadJobs(DeadJobFilter(jobIDs: [job.jobID])) }
        default: try await finish(job, pool, oracle)
        }
    }

    private static func end(
        _ job: Job, _ pool: Pool, _ oracle: Locked<Oracle>, _ statement: @Sendable (Job) -> Statement
    ) async throws {
        oracle.withLock { $0.running[job.serialKey!] = nil }
        try await pool.run { _ = try $0.execute(statement(job)) }
    }

    /// Takes away some job that waits, in whichever state that is.
    private static func cancel(_ pool: Pool, _ oracle: Locked<Oracle>) async throws {
        let ids: [Int] = try await pool.run { session in
            try session.query(
                """
                delete from jobs.jobs where state in ('ready', 'parked') and job_id = (
                    select job_id from jobs.jobs where state in ('ready', 'parked') order by random() limit 1)
                returning job_id
                """
            ).map { try $0.get("job_id") }
        }
        oracle.withLock { $0.ended += ids }
        try await Task.sleep(for: .milliseconds(20))
    }
}
