package import Postgres

/// The statements of operators.
extension QueueStatus {
    package static let selectAll: Statement = """
        select queue,
            count(*) filter (where state in ('ready', 'parked') and run_at <= clock_timestamp()) as ready,
            count(*) filter (where state = 'ready' and run_at > clock_timestamp()) as waiting,
            count(*) filter (where state = 'running') as running,
            count(*) filter (where state = 'dead') as dead,
            extract(epoch from clock_timestamp()
                - min(run_at) filter (where state in ('ready', 'parked') and run_at <= clock_timestamp())) as oldest,
            exists (select from jobs.paused_queues p where p.queue = q.queue) as is_paused
        from (select queue, state, run_at from jobs.jobs union all select queue, null, null from jobs.paused_queues) q
        group by queue order by queue
        """

    static func selectDead(_ filter: DeadJobFilter, limit: Int) -> Statement {
        """
        select job_id, queue, kind, payload, attempt, coalesce(last_error, '') as last_error, created_at
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
        returning queue
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
        let queues: [String] = try query(QueueStatus.retryDead(filter)).map { try $0.get("queue") }
        for queue in Set(queues) { try execute(Job.wake(queue)) }
        return queues.count
    }

    /// Stops claims of a queue; running jobs end.
    package func pauseQueue(_ queue: String) throws { try execute(QueueStatus.pause(queue)) }

    /// Allows claims again and wakes workers. Needs a transaction, so that the wake-up comes with it.
    /// - Returns: whether the queue was paused.
    package func resumeQueue(_ queue: String) throws -> Bool {
        let wasPaused = try execute(QueueStatus.resume(queue)) == 1
        try execute(Job.wake(queue))
        return wasPaused
    }
}
