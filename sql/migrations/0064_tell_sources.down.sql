set local role catalog_owner;
alter table enrichment.results drop column sources;
comment on table enrichment.results is 'what was found for a record: all fields of a group come from one provider';
