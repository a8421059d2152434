set local role catalog_owner;
drop table catalog.report_links;
