import Foundation

/// How a worker works. What concerns one agent stands in that agent's file.
package struct JobWorkerConfiguration: Sendable {
    /// How long a claim holds without a heartbeat, unless said otherwise.
    package static let standardLease = Duration.seconds(30)
    /// How long running jobs may take after a stop was asked for, unless said otherwise.
    package static let standardGracePeriod = Duration.seconds(25)

    /// Jobs running at once, by queue. A queue that is not here is left to other workers.
    package var concurrency: [String: Int]
    /// Stands in `jobs.jobs.worker_id`.
    package var workerID: String
    /// How long a claim holds without a heartbeat. The jobs of a worker whose death is not seen are claimed again after at most this time.
    package var lease = Self.standardLease
    /// Shorter ones, by queue: where work must not wait for the death of its worker to be noticed.
    package var shorterLeases: [String: Duration] = [:]
    /// How long running jobs may take after a stop was asked for.
    package var gracePeriod = Self.standardGracePeriod
    /// Whether the connections lead to the server itself, so that what is set there stays: LISTEN, prepared statements. Behind
    /// PgBouncer in transaction mode they would be silently useless: then poll only.
    package var listens = true
    package var backoff = Backoff()
    package var claiming = Claiming()
    package var listening = Listening()
    package var rescuing = Rescuing()
    package var timeLimits = TimeLimits()

    func lease(of queue: String) -> Duration { shorterLeases[queue].map { min($0, lease) } ?? lease }

    /// Of the queues that this worker claims from.
    var shortestLease: Duration { concurrency.keys.map(lease).min() ?? lease }

    /// Of claims, heartbeats and whatever else is said to the queue: a server that hangs is given up before leases end.
    /// A short lease is not a reason to take a busy server for a hanging one.
    var statementLimit: Duration { max(lease / 3, .seconds(5)) }

    /// How long the queue may be silent before this worker counts as being of no use: by then others have claimed what it held.
    /// Of a short lease more, for the same reason.
    var silenceLimit: Duration { max(lease, statementLimit * 3) }

    /// - Parameter concurrency: jobs running at once, by queue.
    package init(concurrency: [String: Int], workerID: String = Self.makeWorkerID()) {
        precondition(concurrency.values.allSatisfy { $0 > 0 }, "a queue without a slot never works")
        self.concurrency = concurrency
        self.workerID = workerID
    }

    /// Host, process and a random part, because containers share process numbers.
    package static func makeWorkerID() -> String {
        // Foundation's host name asks the name servers.
        var name = [CChar](repeating: 0, count: 65)
        gethostname(&name, name.count - 1)
        let host = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return "\(host):\(getpid()):\(String(UInt32.random(in: 0...UInt32.max), radix: 36))"
    }
}
