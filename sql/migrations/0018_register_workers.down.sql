-- Roles are shared by the databases of a cluster: what they may see stays.
set local role catalog_owner;
drop table jobs.workers;
