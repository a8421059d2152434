set local role catalog_owner;
do $$
begin
    if exists (select from relay.windows where name <> '') then
        raise exception 'relay.windows has windows of routes with a name, which the former schema cannot tell apart: they stay with this one';
    end if;
end
$$;
alter table relay.windows
    drop constraint windows_do_not_overlap,
    drop column name,
    drop column archive_bytes,
    drop column compression;
alter table relay.windows
    add constraint windows_do_not_overlap exclude using gist (tstzrange(opens_at, closes_at) with &&);
comment on column relay.windows.waits_for is
    'after a failure: source or target (a store; all windows go on when it answers one of them), repair (the window itself)';
comment on table relay.windows is 'the arrivals between two moments; a window never holds an arrival of another';
