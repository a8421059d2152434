-- catalog: works-with 0031
-- Who is signed in at the pages: a browser holds a secret, the database its hash.
set local role catalog_owner;
create table catalog.sessions (
    session_id text not null,
    secret_sha256 text not null,
    subject text not null,
    role text not null,
    vendor_id varchar(50),
    token_id text,
    created_at timestamptz not null default clock_timestamp(),
    seen_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz not null default clock_timestamp() + interval '12 hours',
    constraint sessions_pkey primary key (session_id),
    constraint sessions_secret_sha256_is_hex check (secret_sha256 ~ '^[0-9a-f]{64}$'),
    constraint sessions_role_is_known check (role in ('vendor', 'operator', 'auditor')),
    constraint sessions_vendor_id_is_given_for_vendors_only check ((role = 'vendor') = (vendor_id is not null)),
    constraint sessions_vendor_exists foreign key (vendor_id) references catalog.vendors (vendor_id),
    constraint sessions_token_exists foreign key (token_id) references catalog.api_tokens (token_id) on delete cascade
);
comment on table catalog.sessions is
    'who is signed in at the pages; only the hash of the secret is kept. One ends after 30 minutes without a request, after 12 hours, or with its token';
comment on column catalog.sessions.subject is 'token:ID, or however else somebody signed in: as history has it';
comment on column catalog.sessions.token_id is 'the token that was signed in with; null where it was something else';
comment on column catalog.sessions.seen_at is 'to the minute';
create index sessions_token_id_idx on catalog.sessions (token_id);
create index sessions_expires_at_idx on catalog.sessions (expires_at);
