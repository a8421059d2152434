import Postgres

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
