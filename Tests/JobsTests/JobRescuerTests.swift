import Foundation
import Logging
import Postgres
import TestSupport
import Testing
import Threads

@testable import Jobs

@Suite(.timeLimit(.minutes(2))) struct JobRescuerTests {
    /// Without the death being seen, nothing of these tests would end within its time.
    private static func patient() -> JobWorkerConfiguration {
        var configuration = JobWorkerConfiguration(concurrency: ["q": 4])
        configuration.lease = .seconds(3600)
        return configuration
    }

    /// A process that registers, claims all jobs and waits, as a worker does: `psql` with an open pipe.
    private static func startKillableWorker(_ conninfo: String) throws -> (Process, Pipe) {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "\(TestCluster.programs)/psql")
        process.arguments = ["-qXAt", conninfo]
        process.standardInput = pipe
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        pipe.fileHandleForWriting.write(
            Data(
                """
                begin;
                insert into jobs.workers (worker_id) values ('doomed');
                select pg_advisory_lock(\(WorkerQueries.lockSpace), worker_number) from jobs.workers where worker_id = 'doomed';
                commit;
                update jobs.jobs set state = 'running', worker_id = 'doomed', attempt = 1, lease_until = now() + interval '1 hour'
                where job_id = (select min(job_id) from jobs.jobs);\n
                """.utf8))
        return (process, pipe)
    }

    @Test("The jobs of a worker that is killed are free long before its lease ends, and their serial key with them")
    func killed() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let pool = Pool(conninfo)
            try await pool.transaction {
                _ = try $0.enqueue([.make(kind: "first", serialKey: "s"), .make(kind: "second", serialKey: "s")])
            }
            let (process, pipe) = try Self.startKillableWorker(conninfo)
            try await eventually { try await pool.run { try $0.jobStates() } == ["running": 1, "ready": 1] }
            let done = Signals<String>()
            let handlers = ["first", "second"].map { kind in
                ClosureHandler(kind: kind) {
                    done.send("\(kind) \($0.attempt)")
                    return .finished
                }
            }
            try await withWorker(conninfo, Self.patient(), handlers: handlers) { worker in
                try await eventually { worker.context.presence.withLock { $0.number } != nil }
                kill(process.processIdentifier, SIGKILL)
                // Within two seconds on an idle machine; the time limit of the suite is far below the lease.
                #expect(await done.next(2) == ["first 2", "second 1"])
            }
            withExtendedLifetime(pipe) {}
            process.waitUntilExit()
            let rows = try await pool.run {
                try $0.first("select count(*) as n from jobs.workers")?.get("n", as: Int.self)
            }
            #expect(rows == 0)
            await pool.close()
        }
    }

    @Test("A worker that only lost its connection keeps its jobs")
    func connectionLost() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let pool = Pool(conninfo)
            let begun = Signals<Int>()
            let mayEnd = Signals<Void>()
            let handler = ClosureHandler { job in
                begun.send(job.attempt)
                _ = await mayEnd.next(1)
                return .finished
            }
            try await pool.transaction { _ = try $0.enqueue(.make()) }
            var configuration = Self.patient()
            configuration.listening.pause = .milliseconds(10)
            try await withWorker(conninfo, configuration, handlers: [handler]) { worker in
                #expect(await begun.next(1) == [1])
                let first = try await eventually { worker.context.presence.withLock { $0.number } }
                try await withWorker(conninfo, Self.patient(), handlers: [handler]) { other in
                    try await eventually { other.context.presence.withLock { $0.number } != nil }
                    try await pool.run {
                        _ = try $0.execute(
                            """
                            select pg_terminate_backend(pid) from pg_locks
                            where locktype = 'advisory' and objid = \(first)::integer::oid and objsubid = 2
                              and database = (select oid from pg_database where datname = current_database())
                            """)
                    }
                    try await eventually { worker.context.presence.withLock { $0.number }.map { $0 != first } ?? false }
                    let rescuer = JobRescuer(context: other.context, configuration: .init())
                    let counts = try await rescuer.runOnce()
                    #expect(counts == JobRescuer.Counts())
                    mayEnd.send(())
                }
            }
            await pool.close()
        }
    }

    @Test("A worker that stops leaves no registration behind")
    func stopped() async throws {
        try await withDatabase(migrated: true) { conninfo in
            let pool = Pool(conninfo)
            try await withWorker(conninfo, Self.patient(), handlers: []) { worker in
                try await eventually { worker.context.presence.withLock { $0.number } != nil }
                let number = worker.context.presence.withLock { $0.number }
                let vanished = try await pool.run { try $0.vanishedWorkers() }
                #expect(vanished.isEmpty)
                #expect(number != nil)
            }
            let rows = try await pool.run {
                try $0.first("select count(*) as n from jobs.workers")?.get("n", as: Int.self)
            }
            #expect(rows == 0)
            await pool.close()
        }
    }

    @Test("Behind a pooler no worker registers, and no lock stays behind")
    func pooled() async throws {
        try await withDatabase(migrated: true) { conninfo in
            try await PgBouncer.with(database: conninfo) { pooled in
                let direct = try await Connection.open(conninfo)
                let connection = try await Connection.open(pooled)
                let number = try await connection.run { try $0.registerWorker("pooled") }
                #expect(number == nil)
                let number2 = try await direct.run { try $0.registerWorker("direct") }
                #expect(number2 != nil)
                let locks = try await direct.run {
                    try $0.first("select count(*) as n from pg_locks where locktype = 'advisory' and objsubid = 2")!
                        .get("n", as: Int.self)
                }
                #expect(locks >= 1)
                let registered = try await direct.run {
                    try $0.query("select worker_id from jobs.workers").map { try $0.get("worker_id", as: String.self) }
                }
                #expect(registered == ["direct"])
                await connection.close()
                await direct.close()
            }
        }
    }
}
