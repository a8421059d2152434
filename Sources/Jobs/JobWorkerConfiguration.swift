import Foundation

/// How a worker works.
public struct JobWorkerConfiguration: Sendable {
    /// Jobs running at once, by queue. A queue that is not here is left to other workers.
    public var concurrency: [String: Int]
    /// Stands in `jobs.jobs.worker_id`.
    public var workerID: String
    /// How long a claim holds without a sign of life. A killed worker's jobs are claimed again after at most this time.
    public var lease: Duration = .seconds(30)
    /// How often the queues are looked at without being woken.
    public var pollInterval: Duration = .seconds(1)
    /// Whether to LISTEN. Behind PgBouncer in transaction mode it is silently useless: then poll only.
    public var listens = true
    /// How often a NOTIFY of its own proves that LISTEN works.
    public var watchdogInterval: Duration = .seconds(30)
    /// How often a claim looks at a queue from its very beginning: see `QueueFloors`.
    public var rescanInterval: Duration = .seconds(5)
    /// How long running jobs may take after a stop was asked for.
    public var gracePeriod: Duration = .seconds(25)
    public var backoff = Backoff()

    /// - Parameter concurrency: jobs running at once, by queue.
    public init(concurrency: [String: Int], workerID: String = Self.makeWorkerID()) {
        precondition(concurrency.values.allSatisfy { $0 > 0 }, "a queue without a slot never works")
        self.concurrency = concurrency
        self.workerID = workerID
    }

    /// Host, process and a random part, because containers share process numbers.
    public static func makeWorkerID() -> String {
        // Foundation's host name asks the name servers.
        var name = [CChar](repeating: 0, count: 65)
        gethostname(&name, name.count - 1)
        let host = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return "\(host):\(getpid()):\(String(UInt32.random(in: 0...UInt32.max), radix: 36))"
    }
}
