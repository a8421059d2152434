set local role catalog_owner;
create or replace view audit.enrichment with (security_invoker = true) as
select
    q.request_id, q.status, q.source, q.file_name, q.created_at, q.completed_at - q.created_at as duration,
    q.total_records, q.total_batches, q.processed_batches, q.failed_batches, q.output_key,
    c.calls, c.credits, c.unknown_calls
from enrichment.requests q
cross join lateral (
    select
        count(*) filter (where state in ('answered', 'unknown')) as calls,
        coalesce(sum(credits) filter (where state in ('answered', 'unknown')), 0) as credits,
        count(*) filter (where state = 'unknown') as unknown_calls
    from enrichment.calls where request_id = q.request_id) c;
alter table enrichment.requests
    drop column callback_url, drop column callback_sent_at, drop column callback_error, drop column forgotten_at,
    drop column usage;
