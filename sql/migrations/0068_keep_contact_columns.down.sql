set local role catalog_owner;
drop table enrichment.mappings;
