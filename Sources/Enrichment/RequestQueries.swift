import Foundation
import Jobs
package import Postgres

/// The statements of `enrichment.requests`.
extension EnrichmentRequest {
    static func insert(_ new: NewEnrichment) throws -> Statement {
        """
        insert into enrichment.requests (request_id, source, options, format, is_compressed, file_name, output_key,
            bucket, object_key, object_version, etag, queue, local_path, watched_at, fresh_since, callback_url)
        values (\(new.requestID)::uuid, \(new.source.rawValue)::text, \(try json(new.options))::jsonb,
            \(new.format.rawValue)::text, \(new.isCompressed)::boolean, \(new.fileName)::text, \(new.outputKey)::text,
            \(new.object?.bucket)::text, \(new.object?.key)::text, \(new.object?.version)::text, \(new.object?.etag)::text,
            \(new.queue)::text, \(new.localPath)::text, case when \(new.source == .command)::boolean then clock_timestamp() end,
            case when \(new.options.refresh == true)::boolean then clock_timestamp() end, \(new.callbackURL)::text)
        """
    }

    static func select(_ requestID: String) -> Statement {
        "select \(columns) from enrichment.requests where request_id = \(requestID)::uuid"
    }

    /// How long an announced list is waited for, as long as a link of the store takes it.
    static let patience: Statement = "interval '1 day'"

    private static let columns: Statement = """
        request_id, status, source, options, plan, format, is_compressed, file_name, output_key, bucket, object_key,
        object_version, etag, columns, fields, total_records, total_batches, processed_batches, failed_batches,
        failure_message, same_as, file_encoding, coalesce(encoding_guessed, false) as encoding_guessed,
        \(.timestamp("created_at")) as created_at, created_at::text as made_at,
        case when source = 'api' and status = 'accepted' and object_key is null then \(.timestamp("created_at + \(patience)")) end as expires_at,
        \(.timestamp("completed_at")) as completed_at, queue, local_path, fresh_since,
        case when status = 'processing' and retry_at > clock_timestamp() then waiting_for end as waiting_for, waiting_because,
        \(.timestamp("retry_at")) as retry_at, \(.timestamp("callback_sent_at")) as callback_sent_at, callback_error,
        \(.timestamp("forgotten_at")) as forgotten_at, usage ->> 'records' as record_counts
        """

    /// The request that waits for an upload under its own id, and now knows its object.
    static func claimUpload(_ requestID: UUID, _ object: EnrichmentObject) -> Statement {
        """
        update enrichment.requests
        set bucket = \(object.bucket)::text, object_key = \(object.key)::text, object_version = \(object.version)::text,
            etag = \(object.etag)::text
        where source = 'api' and status = 'accepted' and object_key is null
          and request_id = \(requestID.uuidString)::uuid
        returning request_id
        """
    }

    /// Marks the begin; none if it has been split, its list cannot be used, or somebody else has the job by now. A job that died failed its
    /// request, which goes on when somebody wants the job tried again.
    static func begin(_ requestID: String, _ job: Job) -> Statement {
        """
        update enrichment.requests
        set status = 'accepted', failure_message = null, completed_at = null, started_at = coalesce(started_at, clock_timestamp())
        where request_id = \(requestID)::uuid
          and (status = 'accepted' or (status = 'failed' and plan is null and forgotten_at is null))
          and exists (
            select from jobs.jobs
            where job_id = \(job.jobID)::bigint and attempt = \(job.attempt)::integer and state = 'running')
        returning request_id
        """
    }

    /// From accepted to processing, with all batches.
    static func split(
        _ requestID: String, plan: EnrichmentPlan, columns: [String], fields: [ContactField: String], records: Int,
        hash: String, encoding: (name: String, isGuessed: Bool)
    ) throws -> Statement {
        let batches = BatchSplitter.batches(of: records)
        let names = Dictionary(uniqueKeysWithValues: fields.map { ($0.key.rawValue, $0.value) })
        return """
            update enrichment.requests
            set status = 'processing', plan = \(try json(plan))::jsonb, columns = \(columns)::text[],
                fields = \(try json(names))::jsonb, total_records = \(records)::integer,
                total_batches = \(batches)::integer, file_encoding = \(encoding.name)::text,
                encoding_guessed = \(encoding.isGuessed)::boolean, request_hash = \(hash)::text, same_as = (
                    select request_id from enrichment.requests
                    where request_hash = \(hash)::text and same_as is null and status <> 'failed'
                      and request_id <> \(requestID)::uuid)
            where request_id = \(requestID)::uuid and status = 'accepted'
            """
    }

    static func fail(_ requestID: String, message: String) -> Statement {
        """
        update enrichment.requests
        set status = 'failed', failure_message = \(message)::text, completed_at = clock_timestamp()
        where request_id = \(requestID)::uuid and status in ('accepted', 'processing')
        """
    }

    static func cancel(_ requestID: String, message: String) -> Statement {
        """
        update enrichment.requests
        set status = 'cancelled', failure_message = \(message)::text, completed_at = clock_timestamp()
        where request_id = \(requestID)::uuid and status in ('accepted', 'processing')
        """
    }

    /// Batches that failed count as not done.
    static func reopen(_ requestID: String, status: EnrichmentStatus, queue: String) -> Statement {
        """
        update enrichment.requests
        set status = \(status.rawValue)::text, queue = \(queue)::text, failed_batches = 0, failure_message = null, completed_at = null,
            retry_at = null, revision = revision + 1,
            watched_at = case when \(queue != EnrichmentStep.queue)::boolean then clock_timestamp() end
        where request_id = \(requestID)::uuid
        """
    }

    /// All of its questions are asked again.
    static func refresh(_ requestID: String) -> Statement {
        """
        update enrichment.requests set fresh_since = clock_timestamp(), processed_batches = 0 where request_id = \(requestID)::uuid
        """
    }

    static func watch(_ requestID: String) -> Statement {
        """
        update enrichment.requests set watched_at = clock_timestamp()
        where request_id = \(requestID)::uuid and watched_at is not null
        """
    }

    static func leave(_ requestID: String, queue: String) -> Statement {
        """
        update enrichment.requests set queue = \(queue)::text, watched_at = null where request_id = \(requestID)::uuid
        """
    }

    /// A batch gives its place back for a while.
    static func noteWait(
        _ requestID: String, seconds: Double, cause: EnrichmentWait.Cause, because reason: String
    ) -> Statement {
        """
        update enrichment.requests
        set waiting_for = \(cause.rawValue)::text, waiting_because = \(reason)::text,
            retry_at = clock_timestamp() + \(seconds)::float8 * interval '1 second'
        where request_id = \(requestID)::uuid
        """
    }

    /// The newest first.
    static func selectNewest(status: EnrichmentStatus?, before key: Key?, limit: Int) -> Statement {
        """
        select \(columns) from enrichment.requests
        where (\(status?.rawValue)::text is null or status = \(status?.rawValue)::text)
          and (created_at, request_id)
            < (\(key?.at ?? "infinity")::timestamptz, \(key?.id ?? "ffffffff-ffff-ffff-ffff-ffffffffffff")::uuid)
        order by created_at desc, request_id desc limit \(limit)::bigint
        """
    }

    /// Whether another object's result has this place.
    static func selectOther(than object: EnrichmentObject, writing key: String) -> Statement {
        """
        select request_id from enrichment.requests
        where output_key = \(key)::text and (bucket, object_key) is distinct from (\(object.bucket)::text, \(object.key)::text)
        limit 1
        """
    }

    /// A list that arrived later, and whose result has the same place.
    /// - Parameter written: whether it is to be there already.
    static func selectNewer(than requestID: String, written: Bool) -> Statement {
        """
        select n.request_id, n.queue from enrichment.requests q
        join enrichment.requests n on n.output_key = q.output_key and n.request_id <> q.request_id and n.created_at > q.created_at
        where q.request_id = \(requestID)::uuid
          and (n.status in ('completed', 'partial') or (n.status in ('accepted', 'processing') and not \(written)::boolean))
        order by n.created_at desc limit 1
        """
    }

    /// Gives way to a newer list of the same name.
    static func moveOutput(_ requestID: String, to key: String) -> Statement {
        "update enrichment.requests set output_key = \(key)::text where request_id = \(requestID)::uuid"
    }

    /// Counts a batch; the last one learns that it is.
    static func count(_ requestID: String, processed: Int, failed: Int) -> Statement {
        """
        update enrichment.requests
        set processed_batches = processed_batches + \(processed)::integer,
            failed_batches = failed_batches + \(failed)::integer, revision = revision + 1
        where request_id = \(requestID)::uuid
        returning processed_batches + failed_batches = total_batches as is_last, queue
        """
    }

    /// - Parameter revision: what the output was written from; none is completed if a batch has ended since.
    static func complete(_ requestID: String, _ counts: RecordCounts, revision: Int) throws -> Statement {
        try """
        with former as (
            select status in ('completed', 'partial') as has_output from enrichment.requests
            where request_id = \(requestID)::uuid for update
        )
        update enrichment.requests q
        set status = case when failed_batches > 0 then 'partial' else 'completed' end, failure_message = null,
            completed_at = case when former.has_output then q.completed_at else clock_timestamp() end,
            usage = coalesce(q.usage, '{}') || jsonb_build_object('records', \(json(counts))::jsonb)
        from former
        where q.request_id = \(requestID)::uuid and q.revision = \(revision)::integer
        returning q.status, former.has_output as had_output
        """
    }

    static func selectRevision(_ requestID: String) -> Statement {
        "select revision from enrichment.requests where request_id = \(requestID)::uuid"
    }

    /// Of two requests with one hash the second waits here until the first is committed, and then sees it.
    static func hold(hash: String) -> Statement {
        "select pg_advisory_xact_lock(hashtextextended('enrichment ' || \(hash)::text, 0))"
    }

    /// The newest with this hash that is whole, or under way, and not older than answers are believed.
    static func selectOriginal(hash: String, believed seconds: Int) -> Statement {
        """
        select \(columns) from enrichment.requests
        where request_hash = \(hash)::text and status in ('accepted', 'processing', 'completed')
          and created_at > clock_timestamp() - \(seconds)::bigint * interval '1 second'
        order by created_at desc limit 1
        """
    }

    static func selectUsage(_ requestID: String) -> Statement {
        """
        with kept as (select usage from enrichment.requests where request_id = \(requestID)::uuid), saved as (
            select count(*) as inputs, count(*) filter (where outcome = 'match') as credits
            from enrichment.results where request_id = \(requestID)::uuid and is_cached
        )
        select
            coalesce((select usage ->> 'calls' from kept)::bigint,
                count(*) filter (where c.state in ('answered', 'unknown'))) as calls,
            coalesce((select usage ->> 'unknownCalls' from kept)::bigint,
                count(*) filter (where c.state = 'unknown')) as unknown_calls,
            coalesce((select usage ->> 'credits' from kept)::bigint,
                sum(c.credits) filter (where c.state in ('answered', 'unknown')), 0) as credits,
            coalesce((select usage ->> 'savedInputs' from kept)::bigint, (select inputs from saved)) as saved_inputs,
            coalesce((select usage ->> 'savedCredits' from kept)::bigint, (select credits from saved)) as saved_credits
        from enrichment.calls c where c.request_id = \(requestID)::uuid
        """
    }

    private static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

extension Session {
    /// Makes a request; nothing happens with it yet.
    package func addEnrichment(_ new: NewEnrichment) throws { try execute(EnrichmentRequest.insert(new)) }

    /// A request; nil if there is none, or the id is not a UUID.
    package func enrichment(_ requestID: String) throws -> EnrichmentRequest? {
        guard UUID(uuidString: requestID) != nil else { return nil }
        return try first(EnrichmentRequest.select(requestID)).map(EnrichmentRequest.init)
    }

    /// The newest requests, newest first.
    package func enrichments(
        status: EnrichmentStatus? = nil, before key: EnrichmentRequest.Key? = nil, limit: Int
    ) throws -> [EnrichmentRequest] {
        try query(EnrichmentRequest.selectNewest(status: status, before: key, limit: limit)).map(EnrichmentRequest.init)
    }

    /// What the request has cost and saved.
    package func enrichmentUsage(_ requestID: String) throws -> EnrichmentUsage {
        let row = try query(EnrichmentRequest.selectUsage(requestID))[0]
        return EnrichmentUsage(
            calls: try row.get("calls"), credits: try row.get("credits"), unknownCalls: try row.get("unknown_calls"),
            savedInputs: try row.get("saved_inputs"), savedCredits: try row.get("saved_credits"))
    }

    /// The input cannot be used: the request ends.
    func failEnrichment(_ requestID: String, _ failure: EnrichmentFailure) throws {
        guard try execute(EnrichmentRequest.fail(requestID, message: failure.description)) == 1 else { return }
        try announceEnd(of: requestID)
    }
}
