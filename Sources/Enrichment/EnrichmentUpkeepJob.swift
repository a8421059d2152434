import Jobs
import Logging
import Postgres

/// Every hour: forgets answers that are too old, gives up lists that were announced and never came, and notes calls that
/// nobody ended.
struct EnrichmentUpkeepJob: JobHandler {
    let kind = EnrichmentStep.upkeep
    let pool: Pool

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        let counts = try await pool.transaction { session in
            let forgotten = try session.execute(EnrichmentUpkeep.forgetAnswers)
            let givenUp = try session.execute(EnrichmentUpkeep.giveUpAnnounced)
            let ended = try session.execute(EnrichmentUpkeep.endLostCalls)
            try session.finish(job)
            return [forgotten, givenUp, ended]
        }
        if counts != [0, 0, 0] {
            logger.notice(
                "enrichment.upkeep",
                metadata: [
                    "answers": .stringConvertible(counts[0]), "requests": .stringConvertible(counts[1]),
                    "calls": .stringConvertible(counts[2]),
                ])
        }
        return .finishedByHandler
    }
}
