-- catalog: works-with 0031
-- Enrichment: fields of a result that come from several providers say from whom.
set local role catalog_owner;
alter table enrichment.results add column sources jsonb;
comment on table enrichment.results is 'what was found for a record: all fields of a group come from one provider, or each says from whom';
comment on column enrichment.results.sources is
    'by field: {"provider", "confidence", "obtainedAt"}; null: all of them are from provider';
