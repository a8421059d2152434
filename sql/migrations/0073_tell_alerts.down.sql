set local role catalog_owner;
drop table jobs.told_alerts;
drop view jobs.all_alerts;
