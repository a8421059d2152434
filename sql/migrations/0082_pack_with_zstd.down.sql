set local role catalog_owner;
comment on column relay.windows.compression is 'fast, default or small, as its route said when it was opened; null: CATALOG_RELAY_COMPRESSION';
comment on column relay.archives.engine is
    'what compressed it, with the version that the service was built with; null: zlib, before this was kept. Only the same engine and level make the same bytes again';
