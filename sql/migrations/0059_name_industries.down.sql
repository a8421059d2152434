set local role catalog_owner;
drop function enrichment.weigh_naics();
delete from enrichment.naics_index where kind = 'everyday';
drop table enrichment.naics_everyday;
drop table enrichment.naics_words;
alter table enrichment.naics_index drop column kind, drop column weight;
