import Postgres
import TestSupport
import Testing
import Threads

@testable import Jobs

@Suite(.timeLimit(.minutes(2))) struct StallGuardTests {
    private static func impatient(limit: Duration = .milliseconds(300)) -> JobWorkerConfiguration {
        var configuration = JobWorkerConfiguration(concurrency: ["q": 1])
        configuration.listens = false
        configuration.claiming.pollInterval = .milliseconds(20)
        configuration.timeLimits.standard = limit
        configuration.timeLimits.checkInterval = .milliseconds(20)
        configuration.timeLimits.patience = .milliseconds(100)
        return configuration
    }

    @Test("A job that hangs is stopped, what it did is rolled back, and it fails with that reason")
    func hangs() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let pool = Pool(conninfo)
            try await pool.run { _ = try $0.execute("create table effects ()") }
            let handler = ClosureHandler { job in
                try await pool.transaction { session in
                    try session.execute("insert into effects default values")
                    try session.finish(job)
                    _ = try session.execute("select pg_sleep(3600)")
                }
                return .finishedByHandler
            }
            try await pool.transaction { _ = try $0.enqueue(.make(maxAttempts: 1)) }
            try await withWorker(conninfo, Self.impatient(), handlers: [handler]) { _ in
                try await eventually { try await pool.run { try $0.jobStates() } == ["dead": 1] }
            }
            let (dead, effects) = try await pool.run {
                (try $0.deadJobs(), try $0.first("select count(*) as n from effects")!.get("n", as: Int.self))
            }
            #expect(dead.map(\.lastError).first?.contains("no progress for") == true)
            #expect(effects == 0)
            await pool.close()
        }
    }

    @Test(
        "A job that reports progress, or below which bytes move, may take longer than the limit",
        arguments: [true, false])
    func progresses(byItself: Bool) async throws {
        try await withDatabase(migrated: true) { conninfo in
            let pool = Pool(conninfo)
            let done = Signals<Int>()
            // Longer than a busy machine keeps a thread waiting.
            let limit = Duration.seconds(3)
            let handler = ClosureHandler { job in
                let end = ContinuousClock.now + limit * 1.5
                while ContinuousClock.now < end {
                    try await Task.sleep(for: .milliseconds(10))
                    // The latter from a thread of its own, as a file store has it.
                    if byItself {
                        job.progress.report()
                    } else {
                        try await onThread(named: "mover") { WorkProgress.report() }
                    }
                }
                done.send(job.attempt)
                return .finished
            }
            try await pool.transaction { _ = try $0.enqueue(.make()) }
            try await withWorker(conninfo, Self.impatient(limit: limit), handlers: [handler]) { _ in
                #expect(await done.next(1) == [1])
            }
            await pool.close()
        }
    }

    @Test("A handler that cannot be cancelled loses its job and its slot, and can finish nothing")
    func abandoned() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let pool = Pool(conninfo)
            let (attempts, refusals) = (Signals<Int>(), Signals<Bool>())
            let mayGoOn = Monitor(false)
            let handler = ClosureHandler { job in
                attempts.send(job.attempt)
                guard job.attempt == 1 else { return .finished }
                try await onThread(named: "hang") { mayGoOn.wait { $0 ? () : nil } }
                do {
                    // As a task of its own: this one is cancelled.
                    try await Task { try await pool.transaction { try $0.finish(job) } }.value
                } catch {
                    refusals.send(error is LeaseLost)
                }
                return .finishedByHandler
            }
            var configuration = Self.impatient()
            configuration.backoff = Backoff(base: .milliseconds(1), cap: .milliseconds(1))
            try await pool.transaction { _ = try $0.enqueue(.make()) }
            try await withWorker(conninfo, configuration, handlers: [handler]) { _ in
                // With one slot the second attempt needs the place of the first.
                #expect(await attempts.next(2) == [1, 2])
                mayGoOn.withLock { $0 = true }
                #expect(await refusals.next(1) == [true])
            }
            let states = try await pool.run { try $0.jobStates() }
            #expect(states.isEmpty)
            await pool.close()
        }
    }
}
