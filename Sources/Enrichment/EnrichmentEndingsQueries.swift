import Postgres

/// The statements that find requests which cannot end by themselves.
enum EnrichmentEndings {
    /// Batches that wait for a job that is dead.
    static let selectDeadBatches: Statement = """
        select b.request_id, b.batch_no, j.attempt, coalesce(j.last_error, 'its job is dead') as last_error
        from jobs.jobs j
        join enrichment.batches b on b.request_id = (j.payload ->> 'request_id')::uuid
            and b.batch_no = (j.payload ->> 'batch_no')::integer
        where j.state = 'dead' and j.kind = 'enrich.batch' and b.state = 'waiting'
        order by b.request_id, b.batch_no limit 1000
        for update of b skip locked
        """

    /// Requests that wait for a job that is dead, and for no other.
    static let selectDeadRequests: Statement = """
        select distinct on (q.request_id) q.request_id, j.kind, coalesce(j.last_error, 'its job is dead') as last_error
        from jobs.jobs j
        join enrichment.requests q on q.request_id = (j.payload ->> 'request_id')::uuid
        where j.state = 'dead'
          and ((j.kind = 'enrich.output' and q.status = 'processing') or (j.kind = 'enrich.split' and q.status = 'accepted'))
          and not exists (select from jobs.jobs l where l.unique_key = j.unique_key and l.state <> 'dead')
        order by q.request_id, j.job_id desc
        """

    /// Requests whose command is gone: it says every ten seconds that it is there.
    static let selectLeft: Statement = """
        select request_id from enrichment.requests
        where status in ('accepted', 'processing') and watched_at < clock_timestamp() - interval '2 minutes'
        for update skip locked
        """
}
