package import Postgres

/// The statements of `jobs.jobs`.
extension Job {
    /// In the order of their unique keys: whoever enqueues the same ones at the same moment waits, and never each for the other.
    static func enqueue(_ jobs: [NewJob]) -> Statement {
        """
        insert into jobs.jobs (queue, kind, payload, priority, run_at, max_attempts, serial_key, unique_key)
        select queue, kind, payload, priority, clock_timestamp() + delay * interval '1 second', max_attempts, serial_key,
            unique_key
        from unnest(\(jobs.map(\.queue))::text[], \(jobs.map(\.kind))::text[], \(jobs.map(\.payload))::jsonb[],
            \(jobs.map(\.priority))::smallint[], \(jobs.map { String($0.delay.seconds) })::float8[],
            \(jobs.map(\.maxAttempts))::integer[], \(jobs.map(\.serialKey))::text[], \(jobs.map(\.uniqueKey))::text[])
            with ordinality as new (queue, kind, payload, priority, delay, max_attempts, serial_key, unique_key, number)
        order by unique_key collate "C" nulls first, number
        on conflict (unique_key) where state <> 'dead' and unique_key is not null do nothing
        returning job_id
        """
    }

    static func finish(_ jobIDs: [Int], attempts: [Int]) -> Statement {
        """
        delete from jobs.jobs j
        using unnest(\(jobIDs)::bigint[], \(attempts)::integer[]) as held (job_id, attempt)
        where \(isHeld)
        """
    }

    /// Whether a worker still has a job of the list `held`; and then it has the lock of the job's serial key, too. The condition stands in one
    /// expression, because the server chooses the order of several.
    private static let isHeld: Statement = """
        j.job_id = held.job_id and j.attempt = held.attempt and j.state = 'running'
          and case when j.job_id <> held.job_id or j.attempt <> held.attempt or j.state <> 'running' then false
              when j.serial_key is null then true else \(SerialKeyLock.wait) end
        """

    /// The error's place in the list is kept to the newest ten; the job waits out the delay, or is dead.
    static func fail(_ job: Job, error: String, delay: Duration, isDead: Bool) -> Statement {
        """
        update jobs.jobs j
        set state = case when \(isDead)::boolean then 'dead' else 'ready' end,
            run_at = clock_timestamp() + \(delay.seconds)::float8 * interval '1 second',
            last_error = \(error)::text, lease_until = null, worker_id = null,
            errors = jsonb_path_query_array(
                jsonb_build_array(jsonb_build_object('at', clock_timestamp(), 'attempt', j.attempt, 'worker', worker_id,
                    'error', \(error)::text)) || errors, '$[0 to 9]')
        from (values (\(job.jobID)::bigint, \(job.attempt)::integer)) held (job_id, attempt)
        where \(isHeld)
        """
    }

    /// The job waits; its attempt stays raised, which fences, and does not count.
    static func postpone(_ job: Job, reason: String, delay: Duration) -> Statement {
        """
        update jobs.jobs j
        set state = 'ready', run_at = clock_timestamp() + \(delay.seconds)::float8 * interval '1 second',
            last_error = \(reason)::text, lease_until = null, worker_id = null, max_attempts = max_attempts + 1
        from (values (\(job.jobID)::bigint, \(job.attempt)::integer)) held (job_id, attempt)
        where \(isHeld)
        """
    }

    /// Gives claims back unused: the attempt stays raised, which fences, and does not count.
    static func release(_ jobIDs: [Int], attempts: [Int]) -> Statement {
        """
        update jobs.jobs j
        set state = 'ready', run_at = clock_timestamp(), lease_until = null, worker_id = null,
            max_attempts = j.max_attempts + 1
        from unnest(\(jobIDs)::bigint[], \(attempts)::integer[]) as held (job_id, attempt)
        where \(isHeld)
        """
    }

    /// In the order in which ends lock rows, too: that of their ids.
    static func renew(_ jobIDs: [Int], attempts: [Int], leases: [Duration]) -> Statement {
        """
        with live as materialized (
            select j.job_id, held.lease
            from jobs.jobs j
            join unnest(\(jobIDs)::bigint[], \(attempts)::integer[], \(leases.map { String($0.seconds) })::float8[])
                as held (job_id, attempt, lease)
                on j.job_id = held.job_id and j.attempt = held.attempt and j.state = 'running'
            order by j.job_id for update of j
        )
        update jobs.jobs j
        set lease_until = clock_timestamp() + live.lease * interval '1 second'
        from live
        where j.job_id = live.job_id and j.state = 'running'
        returning j.job_id
        """
    }

    /// Takes a live job away, whoever runs it.
    static func cancel(uniqueKey: String) -> Statement {
        """
        delete from jobs.jobs j
        where unique_key = \(uniqueKey)::text and state <> 'dead'
          and case when serial_key is null or unique_key <> \(uniqueKey)::text or state = 'dead' then true else \(SerialKeyLock.wait) end
        """
    }

    /// Takes away what nobody runs, by a part of the payload.
    static func cancelWaiting(payload: String, includingDead: Bool) -> Statement {
        """
        delete from jobs.jobs
        where payload @> \(payload)::jsonb and state <> 'running' and (state <> 'dead' or \(includingDead)::boolean)
        """
    }

    static func moveDead(from queue: String, to other: String) -> Statement {
        "update jobs.jobs set queue = \(other)::text where queue = \(queue)::text and state = 'dead'"
    }

    /// A row if this worker is the first to begin the present period of a periodic job.
    static func beginPeriod(_ kind: String, seconds: Int) -> Statement {
        """
        insert into jobs.periods as p (kind, period)
        values (\(kind)::text, to_timestamp(floor(extract(epoch from clock_timestamp()) / \(seconds)::integer) * \(seconds)::integer))
        on conflict (kind) do update set period = excluded.period where p.period < excluded.period
        returning period
        """
    }
}

extension Session {
    /// Enqueues jobs as part of the current transaction: they exist exactly if it commits.
    /// - Parameter wakes: whether workers are woken after the commit; false where the caller's own worker looks anyway.
    /// - Returns: ids of the new jobs; a job whose unique key lives already is not among them.
    @discardableResult
    package func enqueue(_ jobs: [NewJob], wakes: Bool = true) throws -> [Int] {
        guard !jobs.isEmpty else { return [] }
        let ids: [Int] = try query(Job.enqueue(jobs.map(\.withContext)).prepared()).map { try $0.get("job_id") }
        if wakes, !ids.isEmpty { for job in jobs where job.delay <= .zero { wakeWorkers(of: job.queue) } }
        return ids
    }

    /// The same with the next statement, for whom it does not matter whether a job with its unique key lives already.
    package func enqueueLater(_ job: NewJob, wakes: Bool = true) throws {
        try executeLater(Job.enqueue([job.withContext]).prepared())
        if wakes, job.delay <= .zero { wakeWorkers(of: job.queue) }
    }

    /// Makes workers look at a queue, after the commit if a transaction is open.
    func wakeWorkers(of queue: String) { tell("jobs.\(queue)") }

    /// Enqueues a job as part of the current transaction.
    /// - Returns: its id; nil if a job with its unique key lives already.
    @discardableResult
    package func enqueue(_ job: NewJob, wakes: Bool = true) throws -> Int? {
        try enqueue([job], wakes: wakes).first
    }

    /// Takes a live job away. A worker that runs it can commit nothing any more, and is told at its next heartbeat.
    package func cancelJob(uniqueKey: String) throws { try execute(Job.cancel(uniqueKey: uniqueKey)) }

    /// Takes jobs away that nobody runs; those that run end.
    /// - Parameter payload: a JSON object: theirs have its members.
    package func cancelWaitingJobs(payload: String, includingDead: Bool = false) throws {
        try execute(Job.cancelWaiting(payload: payload, includingDead: includingDead))
    }

    /// Whoever retries dead jobs of a queue without workers would wait for ever.
    package func moveDeadJobs(from queue: String, to other: String) throws {
        try execute(Job.moveDead(from: queue, to: other))
    }

    /// Finishes a job as part of the transaction that did its work.
    /// - Throws: `LeaseLost` if somebody else has the job by now.
    package func finish(_ job: Job) throws { try finish([job]) }

    /// As `finish`, of several.
    /// - Throws: `LeaseLost` of the first if somebody else has one of them by now.
    package func finish(_ jobs: [Job]) throws {
        let finish = Job.finish(jobs.map(\.jobID), attempts: jobs.map(\.attempt)).prepared()
        guard let first = jobs.first, try execute(finish) != jobs.count else { return }
        throw LeaseLost(jobID: first.jobID, attempt: first.attempt)
    }
}

extension NewJob {
    /// The same job as part of the work at hand.
    fileprivate var withContext: NewJob {
        var job = self
        job.payload = JobPayload.payload(payload, in: .current)
        return job
    }
}

extension Duration {
    /// With fraction.
    package var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
