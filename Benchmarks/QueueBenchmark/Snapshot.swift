import Jobs
import Logging
import Postgres
import Synchronization
import Threads

struct SnapshotResult: Encodable {
    var seconds: Double
    var enqueued: Int
    var done: Int
    var claims: Int
    /// Milliseconds of a claim, from asking to its rows.
    var p50: Double
    var p99: Double
    /// The same for the last tenth of the time, when most deleted jobs lie in the way.
    var lastP99: Double
}

/// A steady stream of jobs, while a transaction that began before it keeps vacuum from removing what was deleted.
func snapshot(seconds: Int, rate: Int, holds: Bool) async throws -> SnapshotResult {
    let bench = Bench()
    let reader = holds ? try await HeldSnapshot(bench.conninfo) : nil
    let claims = ClaimTimes()
    let done = Counter()
    let (enqueued, elapsed, times, finished) = try await bench.withWorker(inFlight: 50, handler: done, claims: claims) {
        let start = ContinuousClock.now
        let enqueued = try await bench.stream(seconds: seconds, rate: rate)
        return (enqueued, (ContinuousClock.now - start).seconds, claims.milliseconds, done.value)
    }
    try await reader?.release()
    await bench.pool.close()
    return SnapshotResult(
        seconds: elapsed, enqueued: enqueued, done: finished, claims: times.count, p50: quantile(0.5, of: times),
        p99: quantile(0.99, of: times), lastP99: quantile(0.99, of: times.suffix(times.count / 10)))
}

extension Bench {
    /// Enqueues a hundred times a second, in the rhythm of the clock: a late one does not move the next.
    /// - Returns: how many.
    fileprivate func stream(seconds: Int, rate: Int) async throws -> Int {
        let jobs = Array(repeating: Self.job(), count: max(1, rate / 100))
        let (pause, start) = (Duration.seconds(jobs.count) / rate, ContinuousClock.now)
        var rounds = 0
        while ContinuousClock.now - start < .seconds(seconds) {
            try await pool.run { _ = try $0.enqueue(jobs) }
            rounds += 1
            try await Task.sleep(until: start + pause * rounds, clock: .continuous)
        }
        return rounds * jobs.count
    }
}

/// Counts jobs.
private final class Counter: JobHandler {
    let kind = Bench.kind
    private let count = Atomic(0)

    var value: Int { count.load(ordering: .relaxed) }

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        count.add(1, ordering: .relaxed)
        return .finished
    }
}

/// A transaction that sees the database as it was when it began.
private final class HeldSnapshot: Sendable {
    private let isOver = Locked(false)
    private let connection: Connection
    private let transaction = Locked<Task<Void, any Error>?>(nil)

    /// Returns when the snapshot is taken.
    init(_ conninfo: String) async throws {
        connection = try await Connection.open(conninfo, application: "bench-reader")
        let (taken, take) = AsyncStream.makeStream(of: Void.self)
        let task = Task { [self] in
            try await connection.transaction(.readOnlySnapshot) { session in
                try session.execute("select count(*) from jobs.jobs")
                take.finish()
                while !isOver.withLock({ $0 }) { try session.execute("select pg_sleep(0.2)") }
            }
        }
        transaction.withLock { $0 = task }
        for await _ in taken {}
    }

    func release() async throws {
        isOver.withLock { $0 = true }
        try await transaction.withLock { $0 }?.value
        await connection.close()
    }
}
