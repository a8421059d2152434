-- catalog: works-with 0031
-- Enrichment: calls of a second are counted as they are sent, by all processes together.
set local role catalog_owner;

alter table enrichment.buckets add column sent_times double precision[] not null default '{}';
comment on column enrichment.buckets.sent_times is
    'of as many calls as a second allows: when each, as an epoch, was sent at the latest; the next waits until the oldest is a second ago';
