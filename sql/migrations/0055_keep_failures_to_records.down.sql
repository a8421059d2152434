set local role catalog_owner;
alter table enrichment.batches drop column failures, drop column has_outcomes;
alter table enrichment.calls drop column sent_at;
alter table enrichment.buckets
    drop column stopped_at, drop column stopped_because, drop column opened_at, drop column openings, drop column failing_since;
comment on column enrichment.results.error is null;
comment on column enrichment.calls.state is
    'reserved (about to be made, or under way) -> answered | refused (not charged) | unknown (nobody knows whether it was made: crash, lost connection) | unused (never made)';
