-- catalog: works-with 0031
-- catalog: allow ban-drop-constraint: it is made anew in the same statement, wider than it was
-- What has made the bytes of an archive is kept: only the very same makes them again.
set local role catalog_owner;
alter table relay.archives
    add column engine text,
    add column engine_level integer,
    add constraint archives_engine_has_a_level check ((engine is null) = (engine_level is null)) not valid,
    drop constraint archives_end_is_known,
    add constraint archives_end_is_known check (ended_as in ('abandoned', 'lost', 'replaced')) not valid;
alter table relay.archives validate constraint archives_engine_has_a_level;
alter table relay.archives validate constraint archives_end_is_known;
comment on column relay.archives.engine is
    'what compressed it, with the version that the service was built with; null: zlib, before this was kept. Only the same engine and level make the same bytes again';
comment on column relay.archives.engine_level is 'how much work it was worth: CATALOG_RELAY_COMPRESSION';
comment on column relay.archives.ended_as is
    'abandoned (never stored, and not to be made again: its objects are in another archive, or missing) | lost (stored once, gone from the target, '
    'and not all of its objects can be read again) | replaced (stored once, gone from the target, and another engine makes other bytes of its '
    'objects: all are in another archive) | null: counts';
