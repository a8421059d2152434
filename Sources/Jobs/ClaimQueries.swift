import Postgres

/// What a claim asks of one queue.
struct QueueDemand: Sendable, Equatable {
    var queue: String
    /// Jobs at most.
    var limit: Int
    /// By priority from 1: jobs ready before that moment are known to be taken; nil looks from the beginning.
    var marks: [String?]
    /// Of the claims; nil is that of the worker.
    var lease: Duration?
}

extension Job {
    /// Claims ready jobs, and running ones whose lease is over, of several queues in one statement.
    ///
    /// A lock held by somebody else, of a row or of a serial key, is skipped, never waited for. A job whose serial key is running is passed
    /// over; a claim whose snapshot is older than the last claim of a key may still pick another job of it: then the unique index refuses
    /// that, and it claims anew. Deleted jobs stay in the index as long as any snapshot may see them; the low-water marks keep a claim from
    /// walking over them again and again. A job that is out of attempts when its lease ends becomes dead.
    static func claim(_ demands: [QueueDemand], workerID: String, lease: Duration) -> Statement {
        """
        with chosen as materialized (
            select distinct on (coalesce(serial_key, job_id::text)) job_id
            from (
                select candidate.job_id, candidate.serial_key
                from unnest(\(demands.map(\.queue))::text[], \(demands.map(\.limit))::integer[],
                    \(demands.map { $0.marks[0] })::timestamptz[], \(demands.map { $0.marks[1] })::timestamptz[],
                    \(demands.map { $0.marks[2] })::timestamptz[], \(demands.map { $0.marks[3] })::timestamptz[])
                    as demand (queue, quota, mark1, mark2, mark3, mark4)
                cross join lateral (
                    select * from (\(expired)) expired
                    union all select * from (\(ready(1))) first
                    union all select * from (\(ready(2))) second
                    union all select * from (\(ready(3))) third
                    union all select * from (\(ready(4))) fourth
                    limit demand.quota
                ) candidate
                where not exists (select from jobs.paused_queues p where p.queue = demand.queue)
            ) candidates
            order by coalesce(serial_key, job_id::text), job_id
        ), claimed as (update jobs.jobs j
        set attempt = j.attempt + case when \(isExhausted) then 0 else 1 end,
            state = case when \(isExhausted) then 'dead' else 'running' end,
            lease_until = case when \(isExhausted) then null
                else clock_timestamp() + interval '1 second' * (\(demands.map { String(($0.lease ?? lease).seconds) })::float8[])[
                    array_position(\(demands.map(\.queue))::text[], j.queue)] end,
            worker_id = case when \(isExhausted) then null else \(workerID)::text end,
            last_error = case when \(isExhausted) then 'the lease of the last attempt ended: its worker died or hung'
                else j.last_error end
        from chosen
        where j.job_id = chosen.job_id
        returning j.job_id, j.queue, j.kind, j.payload, j.priority, j.attempt, j.max_attempts, j.serial_key, j.run_at, j.state
        )
        select c.*, statement_timestamp() - interval '5 seconds' from (select) always left join claimed c on true
        """
    }

    private static let isExhausted: Statement = "(j.state = 'running' and j.attempt >= j.max_attempts)"

    private static let expired: Statement = """
        select job_id, serial_key from jobs.jobs j
        where queue = demand.queue and state = 'running'
          and case when lease_until >= clock_timestamp() then false when serial_key is null then true
              else \(SerialKeyLock.attempt) end
        order by lease_until limit demand.quota for update skip locked
        """

    /// The branches of a union are executed one after the other and only as far as the limit wants: lower priorities are
    /// not even looked at while a higher one fills it.
    private static func ready(_ priority: Int) -> Statement {
        let number = String(priority)
        return """
            select job_id, serial_key from jobs.jobs j
            where queue = demand.queue and priority = \(raw: number) and state = 'ready' and run_at <= clock_timestamp()
              and run_at >= coalesce(demand.mark\(raw: number), '-infinity')
              and case when serial_key is null then true
                  when exists (select from jobs.jobs r where r.serial_key = j.serial_key and r.state = 'running') then false
                  else \(SerialKeyLock.attempt) end
            order by run_at, job_id limit demand.quota for update skip locked
            """
    }
}

/// How a connection that only claims is set up.
enum ClaimSettings {
    /// A claim may be lost in a crash of the server: it is not waited for on disk.
    ///
    /// To plan a claim costs four times what it costs to run, so that a plan is kept until the next look from the beginning,
    /// whatever happens to the table meanwhile. The one good plan walks the indexes in their order; an empty table, or old
    /// statistics, would suggest others, which read all of it once it has grown.
    static let script = """
        set synchronous_commit = off; set plan_cache_mode = force_generic_plan; set jit = off;
        set enable_seqscan = off; set enable_bitmapscan = off; set enable_hashjoin = off; set enable_mergejoin = off
        """
}

/// What a claim brought.
struct Claim {
    var jobs: [Job] = []
    /// Jobs that were found out of attempts.
    var dead: [Job] = []
    /// Some seconds before the claim: see `LowWaterMarks.learn`.
    var horizon = "-infinity"
}

extension Session {
    func claimJobs(
        _ demands: [QueueDemand], workerID: String, lease: Duration, prepares: Bool = false
    ) throws -> Claim {
        var claim = Claim()
        for row in try query(Job.claim(demands, workerID: workerID, lease: lease).prepared(prepares)) {
            // By position: a worker may claim tens of thousands a second. There is always one row, for the time.
            claim.horizon = row[10] ?? claim.horizon
            guard row[0] != nil else { continue }
            guard let id = row[0].flatMap({ Int($0) }), let queue = row[1], let kind = row[2], let payload = row[3],
                let priority = row[4].flatMap({ Int($0) }), let attempt = row[5].flatMap({ Int($0) }),
                let maxAttempts = row[6].flatMap({ Int($0) }), let runAt = row[8]
            else { throw ColumnError(column: "job_id", problem: .null) }
            let job = Job(
                jobID: id, queue: queue, kind: kind, payload: payload, priority: priority, attempt: attempt,
                maxAttempts: maxAttempts, serialKey: row[7], runAt: runAt)
            if row[9] == "running" { claim.jobs.append(job) } else { claim.dead.append(job) }
        }
        claim.jobs.sort { ($0.priority, $0.jobID) < ($1.priority, $1.jobID) }
        return claim
    }

    /// Claims, and claims anew if another worker picked a job of the same serial key a moment before.
    func claimJobsRetryingRaces(
        _ demands: [QueueDemand], workerID: String, lease: Duration, prepares: Bool = false
    ) throws -> Claim {
        for _ in 0..<10 {
            do {
                return try claimJobs(demands, workerID: workerID, lease: lease, prepares: prepares)
            } catch let error as PostgresError where error.constraint == "jobs_serial_key_runs_once" {}
        }
        return Claim()
    }
}
