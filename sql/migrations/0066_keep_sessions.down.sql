set local role catalog_owner;
drop table catalog.sessions;
