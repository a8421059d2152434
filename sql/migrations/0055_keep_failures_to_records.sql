-- catalog: works-with 0031
-- Enrichment: a provider that refuses or is away is passed over, record by record; a circuit that opens once for all calls in flight;
-- calls that were reserved and calls that were sent are told apart.
set local role catalog_owner;

alter table enrichment.buckets
    add column stopped_at timestamptz,
    add column stopped_because text,
    add column opened_at timestamptz,
    add column openings integer not null default 0,
    add column failing_since timestamptz;
comment on column enrichment.buckets.stopped_at is
    'when it last refused our credentials or had no credits left: jobs that were ready before do not ask it; a success, or a change of the provider, ends that';
comment on column enrichment.buckets.opened_at is 'when the circuit opened last: failures of calls sent before say nothing new';
comment on column enrichment.buckets.openings is 'of the circuit in a row: each doubles the time to the next try, up to a minute';
comment on column enrichment.buckets.failing_since is 'of the first failure since the last success';

-- The default is for binaries that do not know the column: their calls are taken for sent.
alter table enrichment.calls add column sent_at timestamptz default now();
comment on column enrichment.calls.sent_at is
    'just before the call was made; of a reserved one null means that nothing was sent yet: a worker that dies has spent nothing by it';
comment on column enrichment.calls.state is
    'reserved (about to be made, or under way) -> answered | refused (not charged) | unknown (nobody knows whether it was carried out: crash, lost connection, 502, 504) | unused (never sent)';

alter table enrichment.batches
    add column failures integer not null default 0,
    add column has_outcomes boolean not null default false;
comment on column enrichment.batches.failures is 'tries that failed at a provider; a worker that died is none of them';
comment on column enrichment.batches.has_outcomes is
    'whether enrichment.results says what became of each of its records, although it failed';

comment on column enrichment.results.error is
    'why nothing was found out; beside an answer: who was passed over, and why';
