import Jobs
import Logging
import Postgres

/// Every minute: ends requests that cannot end by themselves.
struct EndingsJob: JobHandler {
    let kind = EnrichmentStep.endings
    let pool: Pool

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        let count = try await pool.transaction { session in
            let count = try session.endAbandonedEnrichments()
            try session.finish(job)
            return count
        }
        if count > 0 { logger.notice("enrichment.abandoned", metadata: ["ended": .stringConvertible(count)]) }
        return .finishedByHandler
    }
}
