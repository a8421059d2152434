-- catalog: works-with 0031
-- catalog: allow ban-drop-constraint: it is made anew in the next statement, wider than it was
-- catalog: allow constraint-missing-not-valid: every row has the default, of which it holds
-- Enrichment: every request ends, by itself or by a person, and says what it waits for.
set local role catalog_owner;

alter table enrichment.requests drop constraint requests_status_is_known;
alter table enrichment.requests add constraint requests_status_is_known
    check (status in ('accepted', 'processing', 'completed', 'partial', 'failed', 'cancelled')) not valid;
-- catalog: allow validate-constraint: the table has a row for each list
alter table enrichment.requests validate constraint requests_status_is_known;
alter table enrichment.requests
    add column queue text not null default 'enrich',
    add column watched_at timestamptz,
    add column local_path text,
    add column waiting_for text,
    add column waiting_because text,
    add column retry_at timestamptz,
    add constraint requests_waiting_for_is_known check (waiting_for in ('limit', 'circuit', 'provider', 'question'));
comment on column enrichment.requests.status is
    'accepted -> processing (split into batches) -> completed | partial (a retry may find more) | failed (failure_message says why) | cancelled; catalog enrich retry leads from each of these back to processing';
comment on column enrichment.requests.queue is 'of its jobs: a command does those of its own request, and no others';
comment on column enrichment.requests.watched_at is 'when the command that does it was last alive; null where workers do it';
comment on column enrichment.requests.local_path is 'where its command writes the result';
comment on column enrichment.requests.waiting_for is
    'what stood in the way of a batch lately: limit (of calls), circuit (the provider fails), provider (it asked for silence), question (another batch asks the same)';
comment on column enrichment.requests.retry_at is 'until when; over if it has passed';
