import Threads

/// Runs the jobs of one actor on a thread of their own, so that blocking calls never hold up Swift's cooperative pool.
final class ThreadExecutor: SerialExecutor {
    private struct Inbox {
        var jobs: [UnownedJob] = []
        var isStopping = false
    }

    private let inbox = Monitor(Inbox())

    /// - Parameter name: of the thread.
    init(name: String) {
        // The thread owns the executor until it ends.
        detachThread(named: name) { self.run() }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        inbox.withLock { $0.jobs.append(job) }
    }

    /// The thread ends when nothing is left to do. The actor must not be used after.
    func stop() {
        inbox.withLock { $0.isStopping = true }
    }

    private func run() {
        while case let batch = next(), !batch.isEmpty {
            for job in batch { job.runSynchronously(on: asUnownedSerialExecutor()) }
        }
    }

    /// - Returns: nothing at the end.
    private func next() -> [UnownedJob] {
        inbox.wait { inbox in
            guard !inbox.jobs.isEmpty || inbox.isStopping else { return nil }
            defer { inbox.jobs.removeAll() }
            return inbox.jobs
        }
    }
}
