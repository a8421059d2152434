set local role catalog_owner;
do $$
begin
    if exists (select from relay.windows where target <> '' or archive_prefix is not null) then
        raise exception 'relay.windows has windows of routes with a target or a place of their own, which the former schema would take for those of all: they stay with this one';
    end if;
end
$$;
alter table relay.windows
    drop constraint windows_do_not_overlap,
    drop column target,
    drop column archive_prefix;
alter table relay.windows add constraint windows_do_not_overlap exclude using gist (
    numrange(hashtextextended(name, 0), hashtextextended(name, 0), '[]') with &&, tstzrange(opens_at, closes_at) with &&) where (state = 'open');
comment on column relay.windows.waits_for is
    'after a failure: source (windows of the same name go on when it answers one of them), target (all windows likewise), repair (the window itself)';
comment on table relay.windows is 'the arrivals of a name between two moments; a window never holds an arrival of another';
