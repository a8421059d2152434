package import Postgres

/// The statements of operators.
extension QueueStatus {
    /// Dead jobs are kept as long as somebody may want them back. Of each queue they are counted so far: whoever has more has another worry.
    package static let mostDead = 10_000

    /// Each state by its own index, so that dead jobs cost nothing but their count.
    package static let selectAll: Statement = """
        with recursive dead_queues as (
            (select queue from jobs.jobs where state = 'dead' order by queue limit 1)
            union all
            select (select j.queue from jobs.jobs j where j.state = 'dead' and j.queue > d.queue order by j.queue limit 1)
            from dead_queues d where d.queue is not null
        )
        select queue,
            count(*) filter (where state in ('ready', 'parked') and run_at <= clock_timestamp()) as ready,
            count(*) filter (where state = 'ready' and run_at > clock_timestamp()) as waiting,
            count(*) filter (where state = 'running') as running,
            coalesce(max(dead), 0) as dead,
            extract(epoch from clock_timestamp()
                - min(run_at) filter (where state in ('ready', 'parked') and run_at <= clock_timestamp())) as oldest,
            exists (select from jobs.paused_queues p where p.queue = q.queue) as is_paused
        from (
            select queue, state, run_at, null::bigint as dead from jobs.jobs where state = 'ready'
            union all select queue, state, run_at, null from jobs.jobs where state = 'parked'
            union all select queue, state, run_at, null from jobs.jobs where state = 'running'
            union all
            select d.queue, 'dead', null, (
                select count(*) from (
                    select from jobs.jobs j where j.state = 'dead' and j.queue = d.queue limit \(mostDead)::integer) counted)
            from dead_queues d where d.queue is not null
            union all select queue, null, null, null from jobs.paused_queues
        ) q
        group by queue order by queue
        """

    static func selectDead(_ filter: DeadJobFilter, limit: Int) -> Statement {
        """
        select job_id, queue, kind, payload, attempt, coalesce(last_error, '') as last_error,
            \(.timestamp("created_at")) as created_at
        from jobs.jobs where \(filter.condition) order by job_id desc limit \(limit)::integer
        """
    }

    /// With attempts for another whole round. One whose unique key lives meanwhile stays dead.
    static func retryDead(_ filter: DeadJobFilter) -> Statement {
        """
        update jobs.jobs d
        set state = 'ready', run_at = clock_timestamp(), max_attempts = attempt + greatest(max_attempts, 1)
        where \(filter.condition)
          and not exists (select from jobs.jobs l where l.unique_key = d.unique_key and l.state <> 'dead')
          and not exists (select from jobs.jobs o where o.unique_key = d.unique_key and o.state = 'dead' and o.job_id > d.job_id)
        returning d.queue, d.job_id
        """
    }

    /// For `audit.actions`.
    static func describeRetry(_ jobIDs: [Int]) -> Statement {
        """
        select catalog.describe_action(
            jsonb_build_object('state', 'dead', 'jobs', \(jobIDs.count)::integer),
            jsonb_build_object('state', 'ready', 'jobs', \(jobIDs.count)::integer, 'ids', \(Array(jobIDs.prefix(100)))::bigint[]))
        """
    }

    static func pause(_ queue: String) -> Statement {
        "insert into jobs.paused_queues (queue) values (\(queue)::text) on conflict (queue) do nothing"
    }

    static func resume(_ queue: String) -> Statement {
        "delete from jobs.paused_queues where queue = \(queue)::text"
    }
}

extension Session {
    /// Every queue that has jobs or is paused.
    package func queueStatuses() throws -> [QueueStatus] {
        try query(QueueStatus.selectAll).map {
            try QueueStatus(
                queue: $0.get("queue"), ready: $0.get("ready"), waiting: $0.get("waiting"), running: $0.get("running"),
                dead: $0.get("dead"), oldestReadySeconds: $0.get("oldest"), isPaused: $0.get("is_paused"))
        }
    }

    /// Jobs that were given up, newest first.
    package func deadJobs(_ filter: DeadJobFilter = DeadJobFilter(), limit: Int = 50) throws -> [DeadJob] {
        try query(QueueStatus.selectDead(filter, limit: limit)).map {
            try DeadJob(
                jobID: $0.get("job_id"), queue: $0.get("queue"), kind: $0.get("kind"), payload: $0.get("payload"),
                attempts: $0.get("attempt"), lastError: $0.get("last_error"), createdAt: $0.get("created_at"))
        }
    }

    /// Makes dead jobs ready again and wakes workers. Needs a transaction, so that the wake-up comes with the jobs.
    /// - Returns: how many. Of several with one unique key it is the newest, and none while another one lives.
    package func retryDeadJobs(_ filter: DeadJobFilter) throws -> Int {
        let jobs = try query(QueueStatus.retryDead(filter))
        for queue in try Set(jobs.map { try $0.get("queue", as: String.self) }) { wakeWorkers(of: queue) }
        if !jobs.isEmpty { _ = try query(QueueStatus.describeRetry(jobs.map { try $0.get("job_id") })) }
        return jobs.count
    }

    /// Stops claims of a queue; running jobs end.
    package func pauseQueue(_ queue: String) throws { try execute(QueueStatus.pause(queue)) }

    /// Allows claims again and wakes workers. Needs a transaction, so that the wake-up comes with it.
    /// - Returns: whether the queue was paused.
    package func resumeQueue(_ queue: String) throws -> Bool {
        let wasPaused = try execute(QueueStatus.resume(queue)) == 1
        wakeWorkers(of: queue)
        return wasPaused
    }
}
