package import Postgres

/// A job as operators see it, whatever its state.
package struct JobRecord: Sendable, Equatable {
    /// An attempt that failed; the newest ten are kept.
    package struct Failure: Sendable, Equatable {
        /// ISO 8601, UTC, to the second.
        package var at: String
        package var attempt: Int
        package var worker: String
        package var error: String
    }

    package var jobID: Int
    package var queue: String
    package var kind: String
    /// `ready`, `parked`, `running` or `dead`.
    package var state: String
    package var attempt: Int
    package var maxAttempts: Int
    /// JSON.
    package var payload: String
    package var lastError: String?
    /// ISO 8601, UTC, to the second.
    package var createdAt: String
    package var runAt: String
    package var worker: String?
    package var serialKey: String?
    /// The newest first; of a job by itself, empty in lists.
    package var failures: [Failure] = []
}

/// Which jobs somebody looks at; what is nil matches all.
package struct JobFilter: Sendable, Equatable {
    package static let states = ["ready", "parked", "running", "dead"]

    package var state: String?
    package var queue: String?
    /// A part of the last error, as it stands there.
    package var error: String?

    package init(state: String? = nil, queue: String? = nil, error: String? = nil) {
        self.state = state
        self.queue = queue
        self.error = error
    }

    /// The dead ones of them.
    /// - Parameter through: none newer than this: what somebody has seen the number of.
    package func dead(through jobID: Int) -> DeadJobFilter {
        DeadJobFilter(errorPattern: error.map { "***=\($0)" }, queue: queue, through: jobID)
    }
}

/// The statements that show jobs to operators.
extension JobRecord {
    /// What is not asked for is not in the text, so that each combination has its plan: dead ones of a queue are found by their index.
    static func select(_ filter: JobFilter, before jobID: Int?, limit: Int) -> Statement {
        """
        select job_id, queue, kind, state, attempt, max_attempts, payload, last_error, worker_id, serial_key,
            to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as created_at,
            to_char(run_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as run_at
        from jobs.jobs
        where \(filter.condition(before: jobID))
        order by job_id desc
        limit \(raw: String(limit))
        """
    }

    static func select(_ jobID: Int) -> Statement {
        """
        select job_id, queue, kind, state, attempt, max_attempts, jsonb_pretty(payload) as payload, last_error, worker_id, serial_key,
            to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as created_at,
            to_char(run_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as run_at
        from jobs.jobs where job_id = \(jobID)::bigint
        """
    }

    static func selectFailures(_ jobID: Int) -> Statement {
        """
        select to_char((e.failure ->> 'at')::timestamptz at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at,
            (e.failure ->> 'attempt')::integer as attempt, coalesce(e.failure ->> 'worker', '') as worker,
            coalesce(e.failure ->> 'error', '') as error
        from jobs.jobs j cross join lateral jsonb_array_elements(j.errors) with ordinality as e (failure, place)
        where j.job_id = \(jobID)::bigint order by e.place
        """
    }

    /// How many dead jobs a filter has, and the newest of them.
    static func countDead(_ filter: DeadJobFilter) -> Statement {
        "select count(*) as jobs, coalesce(max(job_id), 0) as newest from jobs.jobs where \(filter.condition)"
    }

    static func discardDead(_ filter: DeadJobFilter) -> Statement {
        "delete from jobs.jobs where \(filter.condition) returning job_id"
    }

    /// For `audit.actions`.
    static func describeDiscard(_ jobIDs: [Int]) -> Statement {
        """
        select catalog.describe_action(
            jsonb_build_object('state', 'dead', 'jobs', \(jobIDs.count)::integer, 'ids', \(Array(jobIDs.prefix(100)))::bigint[]),
            jsonb_build_object('jobs', 0))
        """
    }

    fileprivate init(_ row: Row) throws {
        try self.init(
            jobID: row.get("job_id"), queue: row.get("queue"), kind: row.get("kind"), state: row.get("state"),
            attempt: row.get("attempt"), maxAttempts: row.get("max_attempts"), payload: row.get("payload"),
            lastError: row.get("last_error"), createdAt: row.get("created_at"), runAt: row.get("run_at"),
            worker: row.get("worker_id"), serialKey: row.get("serial_key"))
    }
}

extension JobFilter {
    /// - Parameter jobID: only older ones than this.
    fileprivate func condition(before jobID: Int?) -> Statement {
        let conditions: [Statement?] = [
            jobID.map { "job_id < \($0)::bigint" },
            state.map { "state = \($0)::text" }, queue.map { "queue = \($0)::text" },
            error.map { "last_error ~ \("***=\($0)")::text" },
        ]
        return conditions.compactMap(\.self).reduce("true") { "\($0) and \($1)" }
    }
}

extension Session {
    /// Jobs of a filter, the newest first.
    /// - Parameter jobID: the page begins behind it.
    package func jobs(_ filter: JobFilter, before jobID: Int? = nil, limit: Int) throws -> [JobRecord] {
        try query(JobRecord.select(filter, before: jobID, limit: limit)).map(JobRecord.init)
    }

    /// One job with the failures that it keeps; nil if it is done, or was never there.
    package func job(_ jobID: Int) throws -> JobRecord? {
        guard var job = try first(JobRecord.select(jobID)).map(JobRecord.init) else { return nil }
        job.failures = try query(JobRecord.selectFailures(jobID)).map {
            try JobRecord.Failure(
                at: $0.get("at"), attempt: $0.get("attempt"), worker: $0.get("worker"), error: $0.get("error"))
        }
        return job
    }

    /// How many dead jobs there are of a filter, and the id of the newest: what is done about them is done about these.
    package func countDeadJobs(_ filter: DeadJobFilter) throws -> (count: Int, newest: Int) {
        guard let row = try first(JobRecord.countDead(filter)) else { return (0, 0) }
        return (try row.get("jobs"), try row.get("newest"))
    }

    /// Removes dead jobs for good.
    /// - Returns: how many.
    package func discardDeadJobs(_ filter: DeadJobFilter) throws -> Int {
        let jobIDs: [Int] = try query(JobRecord.discardDead(filter)).map { try $0.get("job_id") }
        if !jobIDs.isEmpty { _ = try query(JobRecord.describeDiscard(jobIDs)) }
        return jobIDs.count
    }
}
