import Jobs
import Logging
import Postgres
import Threads

struct BehindResult: Encodable {
    /// Seconds until no claim walks over the jobs that wait.
    var seconds: Double
    /// Milliseconds of the longest claim until then.
    var longest: Double
    var claims: Int
    /// Milliseconds of a claim of one free job, beside those that wait.
    var p50: Double
    var p99: Double
}

/// One job of a serial key runs, many wait behind it, and free ones come.
func behind(jobs: Int) async throws -> BehindResult {
    let bench = Bench()
    let (arrivals, arrival) = AsyncStream.makeStream(of: ContinuousClock.Instant.self)
    let (over, end) = AsyncStream.makeStream(of: Void.self)
    let claims = ClaimTimes()
    let handler = Holder(arrival: arrival, over: over)
    let result = try await bench.withWorker(inFlight: 10, handler: handler, claims: claims) {
        defer { end.finish() }
        var iterator = arrivals.makeAsyncIterator()
        try await bench.pool.run { _ = try $0.enqueue(Bench.serialJob) }
        _ = await iterator.next()
        try await bench.fill(jobs, with: Bench.serialJob)
        let seconds = try await timed { try await bench.waitUntilNoneIsReady() }
        let before = claims.milliseconds
        for _ in 0..<500 {
            try await Task.sleep(for: .milliseconds(5))
            try await bench.pool.run { _ = try $0.enqueue(Bench.job()) }
            _ = await iterator.next()
        }
        let times = Array(claims.milliseconds.dropFirst(before.count))
        return BehindResult(
            seconds: seconds, longest: before.max() ?? 0, claims: times.count, p50: quantile(0.5, of: times),
            p99: quantile(0.99, of: times))
    }
    await bench.pool.close()
    return result
}

extension Bench {
    fileprivate static let serialJob = NewJob(queue: queue, kind: kind, payload: "{}", serialKey: "vendor:busy")

    fileprivate func waitUntilNoneIsReady() async throws {
        while try await pool.run({ try $0.first("select from jobs.jobs where state = 'ready' limit 1") != nil }) {
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}

/// Tells when its job begins; one with a serial key goes on until the measurement is over.
private struct Holder: JobHandler {
    let kind = Bench.kind
    let arrival: AsyncStream<ContinuousClock.Instant>.Continuation
    let over: AsyncStream<Void>

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        arrival.yield(.now)
        if job.serialKey != nil { for await _ in over {} }
        return .finished
    }
}
