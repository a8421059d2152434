import Catalog
import Jobs
import Logging
import Postgres

/// Every hour: forgets answers and records that are too old, gives up lists that were announced and never came, and notes calls
/// that nobody ended.
struct EnrichmentUpkeepJob: JobHandler {
    let kind = EnrichmentStep.upkeep
    let pool: Pool
    let retentionDays: Int?

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        let released = try await release(job)
        let counts = try await pool.transaction { session in
            var forgotten = try session.execute(EnrichmentUpkeep.forgetAnswers)
            if let retentionDays {
                forgotten += try session.execute(EnrichmentUpkeep.forgetAnswers(after: retentionDays))
            }
            let givenUp = try session.query(EnrichmentUpkeep.giveUpAnnounced)
            for row in givenUp { try session.announceEnd(of: row.get("request_id")) }
            let ended = try session.query(ProviderLimit.endForgotten)[0].get("count", as: Int.self)
            try session.finish(job)
            return [forgotten, givenUp.count, ended]
        }
        if counts != [0, 0, 0] || released > 0 {
            logger.notice(
                "enrichment.upkeep",
                metadata: [
                    "answers": .stringConvertible(counts[0]), "requests": .stringConvertible(counts[1]),
                    "calls": .stringConvertible(counts[2]), "released": .stringConvertible(released),
                ])
        }
        return .finishedByHandler
    }

    /// Deletes what requests have kept for long enough, one after the other, each with a line in `audit.actions`.
    /// - Returns: how many.
    private func release(_ job: Job) async throws -> Int {
        guard let retentionDays else { return 0 }
        var count = 0
        var last: String?
        while true {
            let start = last
            last = try await pool.transaction { try $0.releaseEnrichment(after: retentionDays, from: start) }
            guard last != nil else { break }
            job.progress.report()
            count += 1
        }
        return count
    }
}

extension Session {
    /// Deletes the records, results and calls of the request that has been over for longest, if it has been for so many days.
    /// - Returns: when it was made; nil if there was none.
    fileprivate func releaseEnrichment(after days: Int, from start: String?) throws -> String? {
        guard let row = try first(EnrichmentUpkeep.selectOutlived(days: days, from: start)) else { return nil }
        let requestID: String = try row.get("request_id")
        try execute(EnrichmentUpkeep.keepUsage(requestID, try enrichmentUsage(requestID)))
        try cancelWaitingJobs(payload: EnrichmentStep.payload(requestID), includingDead: true)
        let counts = ForgottenCounts(
            records: try execute(EnrichmentUpkeep.deleteRecords(requestID)),
            results: try execute(EnrichmentUpkeep.deleteResults(requestID)),
            calls: try execute(EnrichmentUpkeep.deleteCalls(requestID)))
        try execute(EnrichmentUpkeep.deleteBatches(requestID))
        _ = try query(EnrichmentUpkeep.describe(counts))
        _ = try recordAction("enrichment retention", object: requestID)
        return try row.get("made_at")
    }
}
