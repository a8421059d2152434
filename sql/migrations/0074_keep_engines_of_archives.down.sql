set local role catalog_owner;
-- Whoever does not know the word must not take it for an archive that counts.
update relay.archives set ended_as = 'abandoned' where ended_as = 'replaced';
alter table relay.archives
    drop column engine,
    drop column engine_level,
    drop constraint archives_end_is_known,
    add constraint archives_end_is_known check (ended_as in ('abandoned', 'lost'));
comment on column relay.archives.ended_as is
    'abandoned (never stored, and an object of it had gone: the others are in another archive) | lost (stored once, gone from the target, '
    'and not to be made again) | null: counts';
