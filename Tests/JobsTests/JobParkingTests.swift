import Foundation
import Logging
import Postgres
import TestSupport
import Testing
import Threads

@testable import Jobs

/// Of the jobs with one serial key only what may run next stands where claims look.
@Suite(.timeLimit(.minutes(3))) struct JobParkingTests {
    /// One job of a key runs, and others are parked behind it.
    private static func withRow(
        _ kinds: [String] = ["a", "b", "c"], maxAttempts: Int = 3, lease: Duration = .seconds(30),
        _ body: @Sendable (Session, Job) throws -> Void
    ) async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.run { session in
                try session.enqueue(
                    kinds.map { .make(kind: $0, maxAttempts: maxAttempts, serialKey: "v", uniqueKey: $0) })
                let first = try session.claim(lease: lease)
                #expect(first.map(\.kind) == ["a"])
                #expect(try session.parkJobs() == kinds.count - 1)
                #expect(try session.jobStates()["parked"] == kinds.count - 1)
                try body(session, first[0])
            }
        }
    }

    @Test("What waits behind a running job of its key is parked; others, and what waits for its time, are not")
    func parks() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.run { session in
                try session.enqueue([.make(kind: "a", serialKey: "v"), .make(kind: "b", serialKey: "v")])
                #expect(try session.parkJobs() == 0, "nothing runs yet")
                #expect(try session.claim().map(\.kind) == ["a"])
                try session.enqueue([
                    .make(kind: "later", delay: .seconds(60), serialKey: "v"), .make(kind: "other", serialKey: "w"),
                    .make(kind: "free"), .make(queue: "r", kind: "elsewhere", serialKey: "v"),
                ])
                #expect(try session.parkJobs() == 2)
                let parked: [String] = try session.query(
                    "select kind from jobs.jobs where state = 'parked' order by kind"
                ).map { try $0.get("kind") }
                #expect(parked == ["b", "elsewhere"])
                #expect(try session.queueStatuses().map(\.ready) == [3, 1], "they are ready for whoever asks")
                #expect(Set(try session.claim().map(\.kind)) == ["other", "free"])
            }
        }
    }

    @Test(
        "However a job of a serial key ends, the next one may run",
        arguments: ["finish", "fail", "dead", "postpone", "release", "cancel", "lease over"])
    func ends(_ way: String) async throws {
        try await Self.withRow(maxAttempts: 1, lease: way == "lease over" ? .zero : .seconds(30)) { session, job in
            switch way {
            case "finish": try session.finish(job)
            case "fail": try session.execute(Job.fail(job, error: "e", delay: .seconds(60), isDead: false))
            case "dead": try session.execute(Job.fail(job, error: "e", delay: .zero, isDead: true))
            case "postpone": try session.execute(Job.postpone(job, reason: "r", delay: .seconds(60)))
            case "release": try session.execute(Job.release([job.jobID], attempts: [job.attempt]))
            case "cancel": try session.cancelJob(uniqueKey: "a")
            default: #expect(try session.claimJobs([.make()], workerID: "w", lease: .zero).dead.count == 1)
            }
            // What was given back is ready at once, and first again.
            #expect(try session.claim().map(\.kind) == [way == "release" ? "a" : "b"])
            #expect(try session.jobStates()["parked"] == 1)
        }
    }

    @Test("The end of a job puts back the most urgent one of each queue")
    func order() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.run { session in
                try session.enqueue(.make(kind: "a", serialKey: "v"))
                let first = try session.claim()[0]
                try session.enqueue([
                    .make(kind: "b", serialKey: "v"), .make(kind: "urgent", priority: 1, serialKey: "v"),
                    .make(queue: "r", kind: "c", serialKey: "v"), .make(queue: "r", kind: "d", serialKey: "v"),
                ])
                #expect(try session.parkJobs() == 4)
                try session.pauseQueue("q")
                try session.finish(first)
                let ready: [String] = try session.query(
                    "select kind from jobs.jobs where state = 'ready' order by kind"
                )
                .map { try $0.get("kind") }
                #expect(ready == ["c", "urgent"])
                #expect(try session.claim(.make("r")).map(\.kind) == ["c"], "a paused queue holds up no other")
            }
        }
    }

    @Test("A job that was put back and is taken away before it runs leaves its place to the next")
    func cancelledHead() async throws {
        try await Self.withRow { session, job in
            try session.finish(job)
            try session.cancelJob(uniqueKey: "b")
            #expect(try session.claim().map(\.kind) == ["c"])
        }
    }

    @Test("An end that is rolled back puts nobody back, and one that is under way lets nobody be parked")
    func underWay() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let worker = try await Connection.open(conninfo)
            struct Abort: Error {}
            try await worker.run { session in
                try session.enqueue([.make(kind: "a", serialKey: "v"), .make(kind: "b", serialKey: "v")])
                let job = try session.claim()[0]
                #expect(throws: Abort.self) {
                    try session.transaction {
                        try session.finish(job)
                        let count = try session.withCompanion(conninfo, application: "t") { try $0.parkJobs() }
                        #expect(count == 0)
                        throw Abort()
                    }
                }
                #expect(try session.parkJobs() == 1)
                #expect(throws: Abort.self) {
                    try session.transaction {
                        try session.finish(job)
                        throw Abort()
                    }
                }
                #expect(try session.jobStates() == ["running": 1, "parked": 1])
                try session.finish(job)
                #expect(try session.jobStates() == ["ready": 1])
            }
            await worker.close()
        }
    }

    @Test("The end of a job waits for whoever is parking behind it, and puts that one back")
    func parkedMeanwhile() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let (worker, parker) = (try await Connection.open(conninfo), try await Connection.open(conninfo))
            let (job, pid) = try await worker.run { session in
                try session.enqueue(["a", "b"].map { .make(kind: $0, serialKey: "v") })
                return (try session.claim()[0], Int(session.backendPID))
            }
            try await parker.run { session in
                try session.execute("begin")
                #expect(try session.parkJobs() == 1)
                let end = Task { try await worker.run { try $0.finish(job) } }
                // The suite's limit ends it.
                while try session.first("select from pg_locks where not granted and pid = \(pid)::integer") == nil {}
                try session.execute("commit")
                return end
            }.value
            #expect(try await worker.run { try $0.claim().map(\.kind) } == ["b"])
            await worker.close()
            await parker.close()
        }
    }

    @Test("The end of a job waits for whoever is taking its successor away, and puts the one behind that back")
    func cancelledMeanwhile() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let (worker, canceller) = (try await Connection.open(conninfo), try await Connection.open(conninfo))
            let (job, pid) = try await worker.run { session in
                try session.enqueue(["a", "b", "c"].map { .make(kind: $0, serialKey: "v", uniqueKey: $0) })
                let job = try session.claim()[0]
                #expect(try session.parkJobs() == 2)
                return (job, Int(session.backendPID))
            }
            try await canceller.run { session in
                try session.execute("begin")
                try session.cancelJob(uniqueKey: "b")
                let end = Task { try await worker.run { try $0.finish(job) } }
                // The suite's limit ends it.
                while try session.first("select from pg_locks where not granted and pid = \(pid)::integer") == nil {}
                try session.execute("commit")
                return end
            }.value
            #expect(try await worker.run { try $0.claim().map(\.kind) } == ["c"])
            await worker.close()
            await canceller.close()
        }
    }

    @Test("Two claims that each took a serial key that the other wants, too, do not wait for each other")
    func crossedClaims() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let first = try await Connection.open(conninfo)
            try await first.transaction { session in
                for queue in ["q", "r"] {
                    try session.enqueue(["x", "y"].map { .make(queue: queue, kind: $0, serialKey: $0) })
                }
            }
            try await first.transaction { session in
                #expect(try session.claim(.make("q", limit: 1)).map(\.kind) == ["x"])
                let theirs = try session.withCompanion(conninfo, application: "other") { other in
                    // Who waits for us waits for ever.
                    try other.execute("set lock_timeout = '5s'")
                    return try other.transaction {
                        let mine = try other.claim(.make("q")).map(\.kind)
                        return try mine + other.claim(.make("r")).map(\.kind)
                    }
                }
                #expect(theirs == ["y"], "what runs of a key is not committed yet, and is not waited for")
                #expect(try session.claim(.make("r")).isEmpty, "both keys run")
            }
            await first.close()
        }
    }

    @Test("What was changed by hand, with triggers off, is found and put back")
    func forgotten() async throws {
        try await Self.withRow { session, _ in
            #expect(try session.unparkForgottenJobs() == 0)
            try session.executeScript(
                "set session_replication_role = replica; delete from jobs.jobs where state = 'running'; reset all")
            #expect(try session.claim().isEmpty)
            #expect(try session.unparkForgottenJobs() == 1)
            #expect(try session.unparkForgottenJobs() == 0)
            #expect(try session.claim().map(\.kind) == ["b"])
        }
    }

    @Test(
        "A worker keeps claims short: of a vendor's many jobs a few stand where claims look, and all are done in order")
    func worker() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let pool = Pool(conninfo)
            let count = 3000
            let (begun, open, done) = (Signals<Void>(), Signals<Void>(), Signals<Int>())
            let handler = ClosureHandler { job in
                if job.payload == #"{"n": 0}"# {
                    begun.send(())
                    _ = await open.next(1)
                }
                done.send(Int(job.payload.filter(\.isNumber)) ?? -1)
                return .finished
            }
            try await pool.transaction { session in
                _ = try session.enqueue(
                    (0..<count).map { .make(payload: #"{"n": \#($0)}"#, serialKey: "v") })
            }
            try await withWorker(conninfo, handlers: [handler]) { _ in
                _ = await begun.next(1)
                try await eventually {
                    try await pool.run { try $0.jobStates() } == ["running": 1, "parked": count - 1]
                }
                open.send(())
                #expect(await done.next(300) == Array(0..<300))
            }
            await pool.close()
        }
    }
}
