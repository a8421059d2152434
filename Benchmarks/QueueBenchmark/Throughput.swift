import Jobs
import Logging
import Postgres

struct ThroughputResult: Encodable {
    var seconds: Double
    var jobs: Int
    /// Jobs in the table afterwards: none, or the figure means nothing.
    var left: Int
    /// Rows the handlers committed.
    var effects = 0
}

/// Drains no-op jobs: from the start of the worker to its end, when all are out of the table.
func drain(jobs: Int, batch: Int) async throws -> ThroughputResult {
    let bench = Bench()
    try await bench.fill(jobs)
    let all = Countdown(jobs)
    let seconds = try await timed {
        try await bench.withWorker(inFlight: batch, handler: NoOp(countdown: all)) { await all.wait() }
    }
    let left = try await bench.jobsLeft()
    await bench.pool.close()
    return ThroughputResult(seconds: seconds, jobs: jobs, left: left)
}

/// Drains jobs whose handler commits its own row and its own completion in one transaction.
func transactional(jobs: Int, inFlight: Int) async throws -> ThroughputResult {
    let bench = Bench(connections: inFlight)
    try await bench.fill(jobs)
    let all = Countdown(jobs)
    let handler = Writer(pool: bench.pool, countdown: all)
    let seconds = try await timed {
        try await bench.withWorker(inFlight: inFlight, handler: handler) { await all.wait() }
    }
    let left = try await bench.jobsLeft()
    let effects = try await bench.pool.run { session in
        try session.first("select count(*) as n from public.bench_effects")?.get("n", as: Int.self) ?? 0
    }
    await bench.pool.close()
    return ThroughputResult(seconds: seconds, jobs: jobs, left: left, effects: effects)
}

private struct NoOp: JobHandler {
    let kind = Bench.kind
    let countdown: Countdown

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        countdown.tick()
        return .finished
    }
}

private struct Writer: JobHandler {
    let kind = Bench.kind
    let pool: Pool
    let countdown: Countdown

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        try await pool.transaction { session in
            let insert: Statement =
                "insert into public.bench_effects (job_id, note) values (\(job.jobID)::bigint, \(job.payload)::text)"
            // As the peer does with pgbench -M prepared.
            try session.execute(insert.prepared())
            try session.finish(job)
        }
        countdown.tick()
        return .finishedByHandler
    }
}
