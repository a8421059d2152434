-- Links to error reports that live for 7 days although the store's own would not: signed with temporary credentials.
set local role catalog_owner;

create table catalog.report_links (
    token_sha256 text not null,
    upload_id varchar(50) not null,
    object_key text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null default now() + interval '7 days',
    constraint report_links_pkey primary key (token_sha256),
    constraint report_links_token_sha256_is_hex check (token_sha256 ~ '^[0-9a-f]{64}$'),
    constraint report_links_upload_exists foreign key (upload_id) references catalog.upload_history (upload_id)
);
comment on table catalog.report_links is 'GET /reports/{token} leads to the report; only the hash of a token is kept';
create index report_links_expires_at_idx on catalog.report_links (expires_at);
