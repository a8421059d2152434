import Postgres

/// The statements of the upkeep.
enum EnrichmentUpkeep {
    /// A day late: a batch that found an answer may still be about to use it.
    static let forgetAnswers: Statement =
        "delete from enrichment.cache where expires_at < clock_timestamp() - interval '1 day'"

    /// Whatever may still be believed.
    static func forgetAnswers(after days: Int) -> Statement {
        "delete from enrichment.cache where obtained_at < clock_timestamp() - \(days)::integer * interval '1 day'"
    }

    static let giveUpAnnounced: Statement = """
        update enrichment.requests
        set status = 'failed', failure_message = 'The list never came: announce it again.', completed_at = clock_timestamp()
        where source = 'api' and status = 'accepted' and object_key is null and created_at < clock_timestamp() - \(EnrichmentRequest.patience)
        returning request_id
        """

    /// Of the requests that were over so long ago the oldest.
    /// - Parameter start: those made before are done; nil begins with the first.
    static func selectOutlived(days: Int, from start: String?) -> Statement {
        """
        select request_id, created_at::text as made_at from enrichment.requests
        where created_at >= coalesce(\(start)::timestamptz, '-infinity') and forgotten_at is null
          and status not in ('accepted', 'processing')
          and completed_at < clock_timestamp() - \(days)::integer * interval '1 day'
        order by created_at limit 1
        for update skip locked
        """
    }

    /// What is left of a request: counts.
    static func keepUsage(_ requestID: String, _ usage: EnrichmentUsage) -> Statement {
        """
        update enrichment.requests
        set forgotten_at = clock_timestamp(), usage = coalesce(usage, '{}') || jsonb_build_object(
            'calls', \(usage.calls)::bigint, 'credits', \(usage.credits)::bigint, 'unknownCalls', \(usage.unknownCalls)::bigint,
            'savedInputs', \(usage.savedInputs)::bigint, 'savedCredits', \(usage.savedCredits)::bigint)
        where request_id = \(requestID)::uuid
        """
    }

    static func deleteRecords(_ requestID: String) -> Statement {
        "delete from enrichment.records where request_id = \(requestID)::uuid"
    }

    static func deleteResults(_ requestID: String) -> Statement {
        "delete from enrichment.results where request_id = \(requestID)::uuid"
    }

    static func deleteCalls(_ requestID: String) -> Statement {
        "delete from enrichment.calls where request_id = \(requestID)::uuid"
    }

    static func deleteBatches(_ requestID: String) -> Statement {
        "delete from enrichment.batches where request_id = \(requestID)::uuid"
    }

    /// For `audit.actions`.
    static func describe(_ counts: ForgottenCounts) -> Statement {
        """
        select catalog.describe_action(null::jsonb, jsonb_build_object('records', \(counts.records)::integer,
            'results', \(counts.results)::integer, 'answers', \(counts.answers)::integer, 'calls', \(counts.calls)::integer))
        """
    }
}
