set local role catalog_owner;
alter table enrichment.buckets drop column sent_times;
