import Logging
import Postgres
import TestSupport
import Testing

@testable import Jobs

extension NewJob {
    static func make(
        queue: String = "q", kind: String = "k", payload: String = "{}", priority: Int = 2, delay: Duration = .zero,
        maxAttempts: Int = 3, serialKey: String? = nil, uniqueKey: String? = nil
    ) -> NewJob {
        NewJob(
            queue: queue, kind: kind, payload: payload, priority: priority, delay: delay, maxAttempts: maxAttempts,
            serialKey: serialKey, uniqueKey: uniqueKey)
    }
}

extension Job {
    static func make(
        queue: String = "q", id: Int = 1, priority: Int = 2, attempt: Int = 1, maxAttempts: Int = 10,
        serialKey: String? = nil, runAt: String = ""
    ) -> Job {
        Job(
            jobID: id, queue: queue, kind: "k", payload: "{}", priority: priority, attempt: attempt,
            maxAttempts: maxAttempts, serialKey: serialKey, runAt: runAt)
    }
}

extension QueueDemand {
    static func make(_ queue: String = "q", limit: Int = 10, marks: [String?] = [nil, nil, nil, nil]) -> QueueDemand {
        QueueDemand(queue: queue, limit: limit, marks: marks)
    }
}

extension Session {
    /// Claims from one queue as a worker would.
    func claim(_ demand: QueueDemand = .make(), by worker: String = "w1", lease: Duration = .seconds(30)) throws
        -> [Job]
    {
        try claimJobsRetryingRaces([demand], workerID: worker, lease: lease).jobs
    }

    func jobStates() throws -> [String: Int] {
        Dictionary(
            uniqueKeysWithValues: try query("select state, count(*) as n from jobs.jobs group by state").map {
                (try $0.get("state"), try $0.get("n"))
            })
    }
}

/// Does jobs by a closure.
struct ClosureHandler: JobHandler {
    var kind = "k"
    var body: @Sendable (Job) async throws -> JobCompletion
    var onGiveUp: @Sendable (Job, Session, String) throws -> Void = { _, _, _ in }

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion { try await body(job) }

    func giveUp(_ job: Job, _ session: Session, error: String) throws { try onGiveUp(job, session, error) }
}

/// Lets a test wait for what happened elsewhere, without polling.
final class Signals<Value: Sendable>: Sendable {
    private let stream: AsyncStream<Value>
    private let continuation: AsyncStream<Value>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func send(_ value: Value) { continuation.yield(value) }

    /// The next values, in the order they were sent.
    func next(_ count: Int) async -> [Value] {
        var values: [Value] = []
        for await value in stream {
            values.append(value)
            if values.count == count { break }
        }
        return values
    }
}

/// Runs a worker while `body` runs; it is stopped as by a signal.
func withWorker<Result: Sendable>(
    _ conninfo: String, _ configuration: JobWorkerConfiguration = .init(concurrency: ["q": 4]),
    handlers: [any JobHandler], periodic: [PeriodicJob] = [], observer: (any JobObserver)? = nil,
    _ body: (JobWorker) async throws -> Result
) async throws -> Result {
    let worker = JobWorker(
        configuration, connector: Connector(conninfo), handlers: handlers, periodic: periodic, observer: observer,
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    let task = Task { try await worker.run() }
    let outcome: Swift.Result<Result, any Error>
    do {
        outcome = .success(try await body(worker))
    } catch {
        outcome = .failure(error)
    }
    worker.stop()
    try await task.value
    return try outcome.get()
}
