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
                metadata: ["answers": "\(counts[0])", "requests": "\(counts[1])", "calls": "\(counts[2])"])
        }
        return .finishedByHandler
    }
}

/// The statements of the upkeep.
enum EnrichmentUpkeep {
    /// A day late: a batch that found an answer may still be about to use it.
    static let forgetAnswers: Statement =
        "delete from enrichment.cache where expires_at < clock_timestamp() - interval '1 day'"

    static let giveUpAnnounced: Statement = """
        update enrichment.requests
        set status = 'failed', failure_message = 'The list never came: announce it again.', completed_at = clock_timestamp()
        where source = 'api' and status = 'accepted' and object_key is null and created_at < clock_timestamp() - interval '1 day'
        """

    static let endLostCalls: Statement = """
        update enrichment.calls
        set state = 'unknown', ended_at = clock_timestamp(), error = 'nobody said how the call ended'
        where state = 'reserved' and reserved_at < clock_timestamp() - interval '1 hour'
        """
}
