-- catalog: works-with 0031
-- Which columns of a list of contacts hold which fields, kept under a name in versions, so that routes and requests need not say it each time.
set local role catalog_owner;
create table enrichment.mappings (
    name varchar(100) not null,
    version integer not null,
    columns jsonb not null,
    created_by text not null default catalog.current_actor(),
    created_at timestamptz not null default clock_timestamp(),
    replaced_at timestamptz,
    constraint mappings_pkey primary key (name, version),
    constraint mappings_name_is_plain check (name ~ '^[A-Za-z0-9][A-Za-z0-9_.-]*$'),
    constraint mappings_version_counts_from_one check (version > 0),
    constraint mappings_columns_is_an_object check (jsonb_typeof(columns) = 'object'),
    constraint mappings_columns_is_short check (octet_length(columns::text) <= 16384)
);
comment on table enrichment.mappings is
    'which columns of a list hold which fields; a change adds a version and keeps the former one';
comment on column enrichment.mappings.columns is 'columns by our names: {"email": "E-Mail-Adresse"}';
comment on column enrichment.mappings.replaced_at is 'when a later version took its place, or it was removed; null: in use';
create unique index mappings_in_use_idx on enrichment.mappings (name) where replaced_at is null;
grant select on enrichment.mappings to catalog_auditor;
