-- catalog: works-with 0031
-- catalog: allow require-concurrent-index-creation: nobody is signed in by a link yet, and the table has a row for each who is signed in
-- catalog: allow adding-foreign-key-constraint: the same
-- catalog: allow constraint-missing-not-valid: the same
-- Vendors sign in by a link that is mailed to their registered address: once, within 15 minutes. The secret of a link is in its mail alone.
set local role catalog_owner;
create table catalog.sign_in_requests (
    request_id bigint generated always as identity not null,
    address text not null,
    caller text not null,
    requested_at timestamptz not null default clock_timestamp(),
    constraint sign_in_requests_pkey primary key (request_id),
    constraint sign_in_requests_address_is_short check (length(address) <= 254),
    constraint sign_in_requests_caller_is_short check (length(caller) <= 100)
);
comment on table catalog.sign_in_requests is
    'who asked for a link to sign in with: the outbox of those mails, and what limits them; forgotten after an hour';
comment on column catalog.sign_in_requests.address is 'what was typed, in small letters: not necessarily that of a vendor';
comment on column catalog.sign_in_requests.caller is 'address of the network; of IPv6 the first half';
create index sign_in_requests_address_idx on catalog.sign_in_requests (address, requested_at);
create index sign_in_requests_caller_idx on catalog.sign_in_requests (caller, requested_at);
create index sign_in_requests_requested_at_idx on catalog.sign_in_requests (requested_at);

create table catalog.sign_in_links (
    link_id text not null,
    secret_sha256 text not null,
    vendor_id varchar(50) not null,
    email text not null,
    expires_at timestamptz not null default clock_timestamp() + interval '15 minutes',
    used_at timestamptz,
    constraint sign_in_links_pkey primary key (link_id),
    constraint sign_in_links_secret_sha256_is_hex check (secret_sha256 ~ '^[0-9a-f]{64}$'),
    constraint sign_in_links_vendor_exists foreign key (vendor_id) references catalog.vendors (vendor_id) on delete cascade
);
comment on table catalog.sign_in_links is
    'links that were mailed to vendors; only the hash of the secret is kept. One works once, within 15 minutes, as long as the vendor is active and has the address';
comment on column catalog.sign_in_links.email is 'the vendor''s address that the link was mailed to';
comment on column catalog.sign_in_links.used_at is 'when somebody signed in with it; kept as long as that session may last';
create index sign_in_links_expires_at_idx on catalog.sign_in_links (expires_at);
create index sign_in_links_vendor_id_idx on catalog.sign_in_links (vendor_id);

alter table catalog.sessions
    add column link_id text,
    add constraint sessions_link_exists foreign key (link_id) references catalog.sign_in_links (link_id) on delete cascade;
comment on column catalog.sessions.link_id is 'the link that was signed in with; null where it was something else';
create index sessions_link_id_idx on catalog.sessions (link_id) where link_id is not null;
comment on table catalog.sessions is
    'who is signed in at the pages; only the hash of the secret is kept. One ends after 30 minutes without a request, after 12 hours, or with its token; one without a token with the vendor''s status active, and one of a link with the address that it was mailed to';
