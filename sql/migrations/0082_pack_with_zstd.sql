-- catalog: works-with 0031
-- Archives may be packed with Zstandard; their engine says so.
set local role catalog_owner;
comment on column relay.windows.compression is 'fast, default, small or zstd, as its route said when it was opened; null: CATALOG_RELAY_COMPRESSION';
comment on column relay.archives.engine is
    'what compressed it, with its version: libdeflate (gzip) or zstd; null: zlib, before this was kept. Only the same engine and level make the same bytes again';
