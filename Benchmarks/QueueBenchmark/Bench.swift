import Foundation
import Jobs
import Logging
import Postgres
import Synchronization

/// What every measurement needs: the database, a worker, jobs.
struct Bench {
    static let queue = "bench"
    static let kind = "bench"

    let conninfo = ProcessInfo.processInfo.environment["CATALOG_DATABASE_URL"] ?? ""
    let pool: Pool

    init(connections: Int = 2) {
        pool = Pool(conninfo, maximum: connections, application: "bench")
    }

    static func job(_ payload: String = #"{"contact_id": 12345, "fields": ["email", "company"]}"#) -> NewJob {
        NewJob(queue: queue, kind: kind, payload: payload)
    }

    /// Enqueues by thousands, leaves statistics as they are: a queue grows faster than it is analyzed.
    func fill(_ count: Int, with job: NewJob = Self.job()) async throws {
        let batch = Array(repeating: job, count: 1000)
        for begin in stride(from: 0, to: count, by: batch.count) {
            try await pool.transaction { session in
                try session.enqueue(Array(batch.prefix(count - begin)), wakes: false)
            }
        }
    }

    func jobsLeft() async throws -> Int {
        try await pool.run { try $0.first("select count(*) as n from jobs.jobs")?.get("n") ?? 0 }
    }

    /// Runs a worker while `body` runs, and stops it as a signal would.
    func withWorker<Result: Sendable>(
        inFlight: Int, handler: any JobHandler, claims: ClaimTimes? = nil, _ body: () async throws -> Result
    ) async throws -> Result {
        let conninfo = conninfo
        let worker = JobWorker(
            JobWorkerConfiguration(concurrency: [Self.queue: inFlight]), connector: Connector(conninfo),
            handlers: [handler],
            logger: Logger(label: "bench", factory: { _ in BenchLog(claims: claims) }))
        let task = Task { try await worker.run() }
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body())
        } catch {
            outcome = .failure(error)
        }
        task.cancel()
        try await task.value
        return try outcome.get()
    }
}

/// Seconds that `body` takes.
func timed(_ body: () async throws -> Void) async throws -> Double {
    let start = ContinuousClock.now
    try await body()
    return (ContinuousClock.now - start).seconds
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
    var milliseconds: Double { seconds * 1000 }
}

/// Waits for so many ticks.
final class Countdown: Sendable {
    private let left: Atomic<Int>
    private let stream: AsyncStream<Void>
    private let end: AsyncStream<Void>.Continuation

    init(_ count: Int) {
        left = Atomic(count)
        (stream, end) = AsyncStream.makeStream()
    }

    func tick() {
        if left.subtract(1, ordering: .relaxed).newValue == 0 { end.finish() }
    }

    func wait() async { for await _ in stream {} }
}

/// A quantile of measured values: the smallest that is not below so large a share of them.
func quantile(_ share: Double, of values: [Double]) -> Double {
    guard !values.isEmpty else { return .nan }
    return values.sorted()[min(values.count - 1, Int(Double(values.count) * share))]
}
