import Glibc
import Jobs
import Logging
import Postgres

struct LatencyResult: Encodable {
    var jobs: Int
    var p50: Double
    var p99: Double
}

/// Milliseconds from just before the enqueue statement, on another connection, to the start of the handler.
func latency(jobs: Int) async throws -> LatencyResult {
    let bench = Bench()
    let (arrivals, arrival) = AsyncStream.makeStream(of: ContinuousClock.Instant.self)
    var times: [Double] = []
    try await bench.withWorker(inFlight: 10, handler: Greeter(arrival: arrival)) {
        var iterator = arrivals.makeAsyncIterator()
        // The first ones open connections.
        for number in -20..<jobs {
            try await Task.sleep(for: .milliseconds(10))
            let sent = try await bench.pool.run { session in
                let now = ContinuousClock.now
                try session.enqueue(Bench.job())
                return now
            }
            guard let begun = await iterator.next() else { return }
            if number >= 0 { times.append((begun - sent).milliseconds) }
        }
    }
    await bench.pool.close()
    return LatencyResult(jobs: jobs, p50: quantile(0.5, of: times), p99: quantile(0.99, of: times))
}

/// Tells when its job begins.
struct Greeter: JobHandler {
    let kind = Bench.kind
    let arrival: AsyncStream<ContinuousClock.Instant>.Continuation

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        arrival.yield(.now)
        return .finished
    }
}

struct IdleResult: Encodable {
    var seconds: Int
    /// Per second, as the server counts: outside transactions each statement is one.
    var transactions: Double
    /// Of this process, user and system.
    var cpuSeconds: Double
}

/// A worker with nothing to do.
func idle(seconds: Int) async throws -> IdleResult {
    let bench = Bench()
    let (_, arrival) = AsyncStream.makeStream(of: ContinuousClock.Instant.self)
    let result = try await bench.withWorker(inFlight: 10, handler: Greeter(arrival: arrival)) {
        // Sessions report their counts with a delay, at the latest when they have been idle for ten seconds.
        try await Task.sleep(for: .seconds(12))
        let (before, cpu) = (try await bench.transactions(), cpuSeconds())
        try await Task.sleep(for: .seconds(seconds))
        let (after, cpuAfter) = (try await bench.transactions(), cpuSeconds())
        // The two readings count themselves.
        return IdleResult(
            seconds: seconds, transactions: Double(max(0, after - before - 2)) / Double(seconds),
            cpuSeconds: cpuAfter - cpu)
    }
    await bench.pool.close()
    return result
}

extension Bench {
    fileprivate func transactions() async throws -> Int {
        try await pool.run { session in
            let statement: Statement = """
                select xact_commit + xact_rollback as n from pg_stat_database where datname = current_database()
                """
            return try session.first(statement)?.get("n", as: Int.self) ?? 0
        }
    }
}

private func cpuSeconds() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let times = [usage.ru_utime, usage.ru_stime]
    return times.reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) * 1e-6 }
}
