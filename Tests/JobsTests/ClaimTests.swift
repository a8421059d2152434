import Postgres
import TestSupport
import Testing

@testable import Jobs

@Suite(.timeLimit(.minutes(2))) struct ClaimTests {
    @Test("Priorities go first, then whoever was ready first")
    func order() async throws {
        try await withConnection(migrated: true) { connection in
            let kinds = try await connection.run { session in
                try session.enqueue([.make(kind: "c", priority: 4), .make(kind: "b"), .make(kind: "a", priority: 1)])
                return try (0..<3).map { _ in try session.claim(.make(limit: 1))[0].kind }
            }
            #expect(kinds == ["a", "b", "c"])
        }
    }

    @Test("A job exists exactly if the transaction that enqueued it commits")
    func transactionalEnqueue() async throws {
        struct Abort: Error {}
        try await withConnection(migrated: true) { connection in
            await #expect(throws: Abort.self) {
                try await connection.transaction { session in
                    try session.enqueue(.make())
                    throw Abort()
                }
            }
            let none = try await connection.run { try $0.claim() }
            #expect(none.isEmpty)
        }
    }

    @Test("What another claim holds is skipped, not waited for")
    func skipLocked() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let (first, second) = (try await Connection.open(conninfo), try await Connection.open(conninfo))
            try await first.transaction { _ = try $0.enqueue([.make(kind: "a"), .make(kind: "b")]) }
            let (mine, theirs) = try await first.transaction { session in
                let mine = try session.claim(.make(limit: 1)).map(\.kind)
                let theirs = try session.withCompanion(conninfo, application: "other") { try $0.claim().map(\.kind) }
                return (mine, theirs)
            }
            #expect(mine == ["a"])
            #expect(theirs == ["b"])
            await first.close()
            await second.close()
        }
    }

    @Test("A unique key lives once: a second job is dropped while the first is ready or running, not after")
    func uniqueKey() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.run { session in
                #expect(try session.enqueue(.make(uniqueKey: "u")) != nil)
                #expect(try session.enqueue(.make(uniqueKey: "u")) == nil)
                let job = try session.claim()[0]
                #expect(try session.enqueue(.make(uniqueKey: "u")) == nil)
                try session.finish(job)
                #expect(try session.enqueue(.make(uniqueKey: "u")) != nil)
            }
        }
    }

    @Test("Of one serial key one job runs at a time, in order, and others go past")
    func serialKey() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.run { session in
                try session.enqueue([
                    .make(kind: "s1", serialKey: "v"), .make(kind: "s2", serialKey: "v"), .make(kind: "free"),
                ])
                let first = try session.claim()
                #expect(first.map(\.kind) == ["s1", "free"])
                #expect(try session.claim().isEmpty)
                try session.finish(first[0])
                #expect(try session.claim().map(\.kind) == ["s2"])
            }
        }
    }

    @Test("Two claims at the same moment never run two jobs of one serial key, and both succeed")
    func serialRace() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let pool = Pool(conninfo, maximum: 4)
            for round in 0..<20 {
                try await pool.transaction { session in
                    _ = try session.enqueue((0..<8).map { .make(kind: "\($0)", serialKey: "r\(round).\($0 % 2)") })
                }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<4 { group.addTask { _ = try await pool.run { try $0.claim(.make(limit: 2)) } } }
                    try await group.waitForAll()
                }
                let running = try await pool.run { session in
                    try session.query(
                        "select serial_key, count(*) as n from jobs.jobs where state = 'running' group by serial_key"
                    ).map { try $0.get("n", as: Int.self) }
                }
                #expect(running == [1, 1])
                try await pool.run { _ = try $0.execute("delete from jobs.jobs") }
            }
            await pool.close()
        }
    }

    @Test("A job whose lease is over is claimed again, and its former holder can finish nothing")
    func fencing() async throws {
        try await withConnection(migrated: true) { connection in
            let lost = try await connection.run { session in
                try session.enqueue(.make())
                let former = try session.claim(lease: .zero)[0]
                let present = try session.claim(by: "w2")[0]
                #expect(present.jobID == former.jobID)
                #expect(present.attempt == former.attempt + 1)
                return former
            }
            await #expect(throws: LeaseLost(jobID: lost.jobID, attempt: 1)) {
                try await connection.transaction { session in
                    try session.execute("create table work_of_the_former_holder ()")
                    try session.finish(lost)
                }
            }
            let table = try await connection.run { try $0.first("select to_regclass('work_of_the_former_holder')")?[0] }
            #expect(table == nil)
        }
    }

    @Test("A job that kills its workers is dead after its last attempt")
    func poison() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.run { session in
                try session.enqueue(.make(maxAttempts: 2))
                for _ in 0..<2 { #expect(try session.claim(lease: .zero).count == 1) }
                let claim = try session.claimJobs([.make()], workerID: "w", lease: .zero)
                #expect(claim.jobs.isEmpty)
                #expect(claim.dead.count == 1)
                #expect(try session.jobStates() == ["dead": 1])
                #expect(try session.deadJobs()[0].lastError.contains("lease"))
            }
        }
    }

    @Test("A released claim does not count as an attempt, and still fences")
    func release() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.run { session in
                try session.enqueue(.make(maxAttempts: 1))
                let first = try session.claim()[0]
                try session.execute(Job.release([first.jobID], attempts: [first.attempt]))
                let second = try session.claim()[0]
                #expect(second.attempt == 2)
                #expect(second.maxAttempts == 2)
                #expect(throws: LeaseLost.self) { try session.finish(first) }
                try session.finish(second)
            }
        }
    }

    @Test("A scheduled job waits for its time; a paused queue for its resumption")
    func waiting() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.enqueue([.make(kind: "later", delay: .seconds(3600)), .make(kind: "now")])
                try session.pauseQueue("q")
                #expect(try session.claim().isEmpty)
                let status = try session.queueStatuses()[0]
                #expect((status.ready, status.waiting, status.isPaused) == (1, 1, true))
                #expect(try session.resumeQueue("q"))
                #expect(try session.claim().map(\.kind) == ["now"])
            }
        }
    }

    @Test("Dead jobs are listed, and retried by id, kind or error")
    func retryDead() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.enqueue([.make(kind: "a"), .make(kind: "b"), .make(kind: "b")])
                for (job, error) in zip(try session.claim(), ["timeout at host", "refused", "timeout"]) {
                    try session.execute(Job.fail(job, error: error, delay: .zero, isDead: true))
                }
                #expect(try session.deadJobs().map(\.lastError) == ["timeout", "refused", "timeout at host"])
                #expect(try session.retryDeadJobs(DeadJobFilter(kind: "b", errorPattern: "^time")) == 1)
                #expect(try session.claim().map(\.attempt) == [2])
                #expect(try session.retryDeadJobs(DeadJobFilter(jobIDs: [1])) == 1)
                #expect(try session.retryDeadJobs(DeadJobFilter()) == 1)
            }
        }
    }

    @Test("A failure keeps the newest ten errors with attempt and worker")
    func errors() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.run { session in
                try session.enqueue(.make(maxAttempts: 20))
                for number in 1...12 {
                    let job = try session.claim()[0]
                    try session.execute(Job.fail(job, error: "e\(number)", delay: .zero, isDead: false))
                }
                let row = try session.first(
                    """
                    select jsonb_array_length(errors) as n, errors -> 0 ->> 'error' as newest,
                        errors -> 0 ->> 'worker' as worker, errors -> 9 ->> 'attempt' as oldest
                    from jobs.jobs
                    """)!
                #expect(try row.get("n", as: Int.self) == 10)
                #expect(try row.get("newest", as: String.self) == "e12")
                #expect(try row.get("worker", as: String.self) == "w1")
                #expect(try row.get("oldest", as: Int.self) == 3)
            }
        }
    }

    @Test("A low-water mark hides older jobs of its priority only")
    func lowWaterMarks() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.run { session in
                try session.enqueue([.make(kind: "urgent", priority: 1), .make(kind: "usual")])
                let jobs = try session.claim(.make(marks: [nil, "infinity", nil, nil]))
                #expect(jobs.map(\.kind) == ["urgent"])
            }
        }
    }

    @Test("Periodic jobs are enqueued once per period, also after the first has finished")
    func periodic() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                let daily = PeriodicJob(.make(kind: "daily"), everySeconds: 86_400 * 365)
                #expect(try session.enqueueIfDue(daily))
                try session.finish(try session.claim()[0])
                #expect(try !session.enqueueIfDue(daily))
            }
        }
    }

    @Test("A claim that was planned on an empty table reads indexes only", arguments: ["ready", "running"])
    func plan(state: String) async throws {
        try await withConnection(migrated: true) { connection in
            let plan = try await connection.run { session in
                try session.executeScript(ClaimSettings.script)
                let claim = Job.claim([.make()], workerID: "w1", lease: .seconds(30))
                return try session.query("explain \(claim)").compactMap { $0[0] }.joined(separator: "\n")
            }
            #expect(plan.contains("Index Scan using jobs_\(state)_idx on jobs"))
            #expect(!plan.contains("Seq Scan on jobs"))
            #expect(!plan.contains("Hash"))
        }
    }
}
