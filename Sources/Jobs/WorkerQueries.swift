import Postgres

/// The statements of `jobs.workers`.
enum WorkerQueries {
    /// First key of the advisory locks: "jobs" in ASCII.
    static let lockSpace = 0x6A6F_6273

    /// Replaces what the same worker registered on a connection that it has lost.
    static func register(_ workerID: String) -> Statement {
        """
        with former as (delete from jobs.workers where worker_id = \(workerID)::text)
        insert into jobs.workers (worker_id) values (\(workerID)::text) returning worker_number
        """
    }

    /// Of the session: it ends with the connection, however the worker ends.
    static func lock(_ number: Int) -> Statement {
        "select pg_advisory_lock(\(lockSpace)::integer, \(number)::integer)"
    }

    static func unregister(_ number: Int) -> Statement {
        "delete from jobs.workers where worker_number = \(number)::integer"
    }

    /// Registered workers whose connection is gone.
    static let selectVanished: Statement = """
        select w.worker_number from jobs.workers w where \(isVanished)
        """

    /// Ends the leases of the running jobs of workers that are still gone.
    static func bury(_ numbers: [Int]) -> Statement {
        """
        with vanished as (
            delete from jobs.workers w where w.worker_number = any (\(numbers)::integer[]) and \(isVanished)
            returning w.worker_id
        ), freed as (
            update jobs.jobs j set lease_until = clock_timestamp()
            from (
                select r.job_id, r.attempt from jobs.jobs r join vanished v on v.worker_id = r.worker_id
                where r.state = 'running' order by r.job_id for update of r
            ) left_behind
            where j.job_id = left_behind.job_id and j.attempt = left_behind.attempt and j.state = 'running'
            returning j.queue
        )
        select (select count(*) from vanished) as workers, (select count(*) from freed) as jobs,
            array(select distinct queue from freed) as queues
        """
    }

    private static let isVanished: Statement = """
        not exists (
            select from pg_locks l
            where l.locktype = 'advisory' and l.granted and l.objsubid = 2
              and l.classid::bigint = \(lockSpace)::bigint and l.objid::bigint = w.worker_number
              and l.database = (select oid from pg_database where datname = current_database()))
        """
}

extension Session {
    /// Makes this connection the sign by which others know that the worker lives. Its number is seen once the lock is held.
    /// - Returns: nil behind a pooler, where the lock would stay with a connection that is not the worker's.
    func registerWorker(_ workerID: String) throws -> Int? {
        guard try leadsToServer() else { return nil }
        return try transaction {
            let number: Int? = try first(WorkerQueries.register(workerID))?.get("worker_number")
            if let number { try execute(WorkerQueries.lock(number)) }
            return number
        }
    }

    func unregisterWorker(_ number: Int) throws { try execute(WorkerQueries.unregister(number)) }

    /// Registered workers whose connection is gone.
    func vanishedWorkers() throws -> [Int] {
        try query(WorkerQueries.selectVanished).map { try $0.get("worker_number") }
    }

    /// Frees the jobs of workers that are still gone.
    func buryWorkers(_ numbers: [Int]) throws -> JobRescuer.Counts {
        guard let row = try first(WorkerQueries.bury(numbers)) else { return JobRescuer.Counts() }
        for queue in try row.get("queues", as: [String].self) { wakeWorkers(of: queue) }
        return try JobRescuer.Counts(workers: row.get("workers"), jobs: row.get("jobs"))
    }
}
