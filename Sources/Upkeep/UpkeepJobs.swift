package import Jobs
import Logging
package import Postgres
package import Storage

/// What keeps the database in order: each duty is a job of its own, so that one that fails stops no other.
enum RetentionDuty {
    static let queue = "upkeep"
    static let partitionsKind = "partitions"
    static let retentionKind = "retention"
}

/// What the upkeep's jobs need.
package struct UpkeepResources: Sendable {
    let pool: Pool
    let store: any ObjectStore
    let settings: RetentionSettings

    /// - Parameter store: takes what is released.
    package init(pool: Pool, store: any ObjectStore, settings: RetentionSettings) {
        self.pool = pool
        self.store = store
        self.settings = settings
    }

    package var handlers: [any JobHandler] {
        [PartitionsJob(pool: pool), RetentionJob(resources: self), HistorySealsJob(pool: pool)]
    }

    /// What workers enqueue by themselves.
    package static let periodic = [
        duty(RetentionDuty.partitionsKind, everySeconds: 300), duty(RetentionDuty.retentionKind, everySeconds: 3600),
        duty(HistorySealsJob.name, everySeconds: 3600),
    ]

    /// One after another: a run goes on where the one before was cut off.
    private static func duty(_ kind: String, everySeconds seconds: Int) -> PeriodicJob {
        PeriodicJob(
            NewJob(queue: RetentionDuty.queue, kind: kind, priority: 4, maxAttempts: 3, serialKey: kind),
            everySeconds: seconds)
    }
}

/// Makes partitions ahead of time.
struct PartitionsJob: JobHandler {
    let kind = RetentionDuty.partitionsKind
    let pool: Pool

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        try await PartitionUpkeep(pool: pool, logger: logger).run { job.progress.report() }
        return .finished
    }
}

/// Releases partitions whose time is over.
struct RetentionJob: JobHandler {
    let kind = RetentionDuty.retentionKind
    let resources: UpkeepResources

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        let retention = Retention(
            pool: resources.pool, store: resources.store, settings: resources.settings, logger: logger)
        try await retention.run { job.progress.report() }
        return .finished
    }
}
