set local role catalog_owner;
drop table relay.members, relay.archives, relay.alerts, relay.windows;
drop function relay.ensure_member_partitions(timestamptz, integer);
drop function relay.drop_member_partitions(interval);
drop schema relay;
