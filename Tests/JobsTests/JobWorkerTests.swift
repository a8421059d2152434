import Glibc
import Logging
import Postgres
import TestSupport
import Testing

@testable import Jobs

@Suite(.timeLimit(.minutes(2))) struct JobWorkerTests {
    /// Without a poll only NOTIFY can wake it.
    private static func notified() -> JobWorkerConfiguration {
        var configuration = JobWorkerConfiguration(concurrency: ["q": 4])
        configuration.claiming.pollInterval = .seconds(3600)
        return configuration
    }

    private static func polling() -> JobWorkerConfiguration {
        var configuration = JobWorkerConfiguration(concurrency: ["q": 4])
        configuration.listens = false
        configuration.claiming.pollInterval = .milliseconds(20)
        return configuration
    }

    @Test("Jobs are done and leave the table, with LISTEN alone and with polling alone", arguments: [true, false])
    func runs(listens: Bool) async throws {
        try await withDatabase(migrated: true) { conninfo in
            let done = Signals<String>()
            let handler = ClosureHandler {
                done.send($0.payload)
                return .finished
            }
            let pool = Pool(conninfo)
            let configuration = listens ? Self.notified() : Self.polling()
            try await withWorker(conninfo, configuration, handlers: [handler]) { _ in
                // One after the other: the worker is idle before each but the first.
                for number in 0..<5 {
                    try await pool.transaction { _ = try $0.enqueue(.make(payload: "{\"n\": \(number)}")) }
                    #expect(await done.next(1) == ["{\"n\": \(number)}"])
                }
            }
            let states = try await pool.run { try $0.jobStates() }
            #expect(states.isEmpty)
            await pool.close()
        }
    }

    @Test("A job whose wake-up was lost, with the process that put it in for one, waits for the poll and no longer")
    func unannounced() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let done = Signals<Int>()
            let handler = ClosureHandler {
                done.send($0.jobID)
                return .finished
            }
            var configuration = Self.notified()
            configuration.claiming.pollInterval = .milliseconds(50)
            let pool = Pool(conninfo)
            try await withWorker(conninfo, configuration, handlers: [handler]) { _ in
                for _ in 0..<3 {
                    try await pool.transaction { _ = try $0.enqueue(.make(), wakes: false) }
                    #expect(await done.next(1).count == 1)
                }
            }
            await pool.close()
        }
    }

    @Test("LISTEN comes back after its connection was cut")
    func listenerCut() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let done = Signals<Int>()
            let handler = ClosureHandler {
                done.send($0.jobID)
                return .finished
            }
            var configuration = Self.notified()
            configuration.claiming.pollInterval = .milliseconds(50)
            let pool = Pool(conninfo)
            try await withWorker(conninfo, configuration, handlers: [handler]) { _ in
                for _ in 0..<3 {
                    try await pool.transaction { _ = try $0.enqueue(.make()) }
                    #expect(await done.next(1).count == 1)
                    try await pool.run {
                        _ = try $0.execute(
                            """
                            select pg_terminate_backend(pid) from pg_stat_activity
                            where datname = current_database() and pid <> pg_backend_pid() and application_name like 'catalog%'
                            """)
                    }
                }
            }
            await pool.close()
        }
    }

    @Test("A failing job is tried as often as it may, then dead, and its handler records that with it")
    func failing() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let attempts = Signals<Int>()
            let gone = Signals<String>()
            var handler = ClosureHandler { job in
                attempts.send(job.attempt)
                throw JobError.retry(after: nil, reason: "no luck")
            }
            handler.onGiveUp = { job, session, error in
                try session.enqueue(.make(queue: "other", kind: "given-up"))
                gone.send(error)
            }
            var configuration = Self.polling()
            configuration.backoff = Backoff(base: .milliseconds(1), cap: .milliseconds(1))
            let pool = Pool(conninfo)
            try await pool.transaction { _ = try $0.enqueue(.make(maxAttempts: 3)) }
            try await withWorker(conninfo, configuration, handlers: [handler]) { _ in
                #expect(await attempts.next(3) == [1, 2, 3])
                #expect(await gone.next(1) == ["no luck"])
            }
            let states = try await pool.run { try $0.jobStates() }
            #expect(states == ["dead": 1, "ready": 1])
            await pool.close()
        }
    }

    @Test("A job of a kind nobody handles is dead, with a remedy")
    func unknownKind() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let pool = Pool(conninfo)
            let after = Signals<Int>()
            let handler = ClosureHandler(kind: "known") {
                after.send($0.jobID)
                return .finished
            }
            try await withWorker(conninfo, Self.polling(), handlers: [handler]) { _ in
                try await pool.transaction { _ = try $0.enqueue([.make(kind: "unknown"), .make(kind: "known")]) }
                _ = await after.next(1)
            }
            let dead = try await pool.run { try $0.deadJobs() }
            #expect(dead.map(\.lastError).first?.contains("newer version") == true)
            await pool.close()
        }
    }

    @Test("A stopping worker waits for its running jobs and takes no further ones")
    func drains() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let started = Signals<Int>()
            let mayEnd = Signals<Void>()
            let handler = ClosureHandler {
                started.send($0.jobID)
                _ = await mayEnd.next(1)
                return .finished
            }
            var configuration = Self.polling()
            configuration.concurrency = ["q": 1]
            let pool = Pool(conninfo)
            try await pool.transaction { _ = try $0.enqueue([.make(), .make()]) }
            try await withWorker(conninfo, configuration, handlers: [handler]) { worker in
                _ = await started.next(1)
                worker.stop()
                mayEnd.send(())
            }
            let states = try await pool.run { try $0.jobStates() }
            #expect(states == ["ready": 1])
            await pool.close()
        }
    }

    @Test("What outlives the grace period is cancelled and its claim given back, so that nobody waits for the lease")
    func releases() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let started = Signals<Int>()
            let handler = ClosureHandler {
                started.send($0.jobID)
                try await Task.sleep(for: .seconds(3600))
                return .finished
            }
            var configuration = Self.polling()
            configuration.gracePeriod = .milliseconds(1)
            let pool = Pool(conninfo)
            try await pool.transaction { _ = try $0.enqueue(.make(maxAttempts: 1)) }
            try await withWorker(conninfo, configuration, handlers: [handler]) { _ in _ = await started.next(1) }
            let claimed = try await pool.run { try $0.claim() }
            #expect(claimed.map(\.attempt) == [2])
            await pool.close()
        }
    }

    @Test("Heartbeats keep the claim of a job that runs longer than its lease")
    func heartbeats() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let started = Signals<Int>()
            let mayEnd = Signals<Void>()
            let handler = ClosureHandler { job in
                started.send(job.attempt)
                _ = await mayEnd.next(1)
                return .finished
            }
            var configuration = Self.polling()
            configuration.lease = .seconds(6)
            let pool = Pool(conninfo)
            try await pool.transaction { _ = try $0.enqueue(.make()) }
            try await withWorker(conninfo, configuration, handlers: [handler]) { _ in
                _ = await started.next(1)
                let claim: Statement = "select extract(epoch from lease_until)::float8 as until from jobs.jobs"
                let first: Double = try await pool.run { try $0.first(claim)!.get("until") }
                let renewed = try await eventually {
                    let until: Double = try await pool.run { try $0.first(claim)!.get("until") }
                    return until == first ? nil : until
                }
                #expect(renewed > first)
                mayEnd.send(())
            }
            let states = try await pool.run { try $0.jobStates() }
            #expect(states.isEmpty)
            await pool.close()
        }
    }

    @Test("Many jobs over several workers: each is done exactly once, in its own transaction")
    func exactlyOnce() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let pool = Pool(conninfo, maximum: 6)
            try await pool.run { _ = try $0.execute("create table done (job_id bigint primary key)") }
            try await pool.transaction {
                _ = try $0.enqueue((0..<500).map { .make(serialKey: $0 % 3 == 0 ? "s\($0 % 7)" : nil) })
            }
            let done = Signals<Int>()
            let handler = ClosureHandler { job in
                try await pool.transaction { session in
                    try session.execute("insert into done values (\(job.jobID)::bigint)")
                    try session.finish(job)
                }
                done.send(job.jobID)
                return .finishedByHandler
            }
            try await withWorker(conninfo, Self.polling(), handlers: [handler]) { _ in
                try await withWorker(conninfo, Self.notified(), handlers: [handler]) { _ in
                    let ids = await done.next(500)
                    #expect(Set(ids).count == 500)
                }
            }
            let states = try await pool.run { try $0.jobStates() }
            #expect(states.isEmpty)
            await pool.close()
        }
    }

    @Test("A worker whose task is cancelled still gives its claims back")
    func cancelled() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let begun = Signals<Int>()
            let handler = ClosureHandler {
                begun.send($0.jobID)
                try await Task.sleep(for: .seconds(3600))
                return .finished
            }
            var configuration = Self.notified()
            configuration.gracePeriod = .zero
            let worker = JobWorker(
                configuration, connector: Connector(conninfo), handlers: [handler],
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
            let pool = Pool(conninfo)
            try await pool.transaction { _ = try $0.enqueue(.make()) }
            let task = Task { try await worker.run() }
            _ = await begun.next(1)
            task.cancel()
            try await task.value
            let states = try await pool.run { try $0.jobStates() }
            #expect(states == ["ready": 1])
            await pool.close()
        }
    }

    @Test("A claim that hangs is given up, and the next one has another connection")
    func claimHangs() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let pool = Pool(conninfo)
            let done = Signals<Int>()
            let handler = ClosureHandler {
                done.send($0.jobID)
                return .finished
            }
            try await withWorker(conninfo, Self.polling(), handlers: [handler]) { _ in
                try await pool.transaction { _ = try $0.enqueue(.make()) }
                _ = await done.next(1)
                let pid: Int = try await pool.run {
                    try $0.first(
                        """
                        select pid from pg_stat_activity
                        where application_name = 'catalog-claim' and datname = current_database()
                        """)!.get("pid")
                }
                kill(pid_t(pid), SIGSTOP)
                defer { kill(pid_t(pid), SIGCONT) }
                try await pool.transaction { _ = try $0.enqueue(.make()) }
                #expect(await done.next(1) == [2])
            }
            await pool.close()
        }
    }
}
