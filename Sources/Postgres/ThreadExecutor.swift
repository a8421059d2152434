import Glibc
import Threads

/// Runs the jobs of one actor on a thread of their own, so that blocking calls never hold up Swift's cooperative pool.
final class ThreadExecutor: SerialExecutor, @unchecked Sendable {  // because every member is guarded by the mutex
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var jobs: [UnownedJob] = []
    private var isStopping = false

    /// - Parameter name: of the thread.
    init(name: String) {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
        // The thread owns the executor until it ends.
        detachThread(named: name) { self.run() }
    }

    deinit {
        mutex.deallocate()
        condition.deallocate()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        pthread_mutex_lock(mutex)
        jobs.append(job)
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// The thread ends when nothing is left to do. The actor must not be used after.
    func stop() {
        pthread_mutex_lock(mutex)
        isStopping = true
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    private func run() {
        while let batch = next() {
            for job in batch { job.runSynchronously(on: asUnownedSerialExecutor()) }
        }
    }

    private func next() -> [UnownedJob]? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while jobs.isEmpty {
            if isStopping { return nil }
            pthread_cond_wait(condition, mutex)
        }
        defer { jobs.removeAll() }
        return jobs
    }
}
