-- catalog: works-with 0031
-- Enrichment: whoever asked can be told of the end of a request, and what is known of persons can be deleted; counts stay.
set local role catalog_owner;

alter table enrichment.requests
    add column callback_url text,
    add column callback_sent_at timestamptz,
    add column callback_error text,
    add column forgotten_at timestamptz,
    add column usage jsonb;
comment on column enrichment.requests.callback_url is 'who is told of its end; null: nobody';
comment on column enrichment.requests.callback_sent_at is 'when the message of its end was taken';
comment on column enrichment.requests.callback_error is 'why the last try to send it failed; null: none since it was taken';
comment on column enrichment.requests.forgotten_at is 'when its records, results, calls and batches were deleted, as CATALOG_ENRICH_RETENTION_DAYS wants';
comment on column enrichment.requests.usage is
    'what it had cost until then: {"calls", "credits", "unknownCalls", "savedInputs", "savedCredits"}; null: its calls say so';

create or replace view audit.enrichment with (security_invoker = true) as
select
    q.request_id, q.status, q.source, q.file_name, q.created_at, q.completed_at - q.created_at as duration,
    q.total_records, q.total_batches, q.processed_batches, q.failed_batches, q.output_key,
    coalesce((q.usage ->> 'calls')::bigint, c.calls) as calls,
    coalesce((q.usage ->> 'credits')::bigint, c.credits) as credits,
    coalesce((q.usage ->> 'unknownCalls')::bigint, c.unknown_calls) as unknown_calls
from enrichment.requests q
cross join lateral (
    select
        count(*) filter (where state in ('answered', 'unknown')) as calls,
        coalesce(sum(credits) filter (where state in ('answered', 'unknown')), 0) as credits,
        count(*) filter (where state = 'unknown') as unknown_calls
    from enrichment.calls where request_id = q.request_id) c;
