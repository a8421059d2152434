-- catalog: works-with 0031
-- People sign in at an issuer of OpenID Connect: who was sent there and has not come back.
set local role catalog_owner;
create table catalog.issuer_sign_ins (
    sign_in_id text not null,
    secret_sha256 text not null,
    next_page text,
    expires_at timestamptz not null default clock_timestamp() + interval '10 minutes',
    constraint issuer_sign_ins_pkey primary key (sign_in_id),
    constraint issuer_sign_ins_secret_sha256_is_hex check (secret_sha256 ~ '^[0-9a-f]{64}$'),
    constraint issuer_sign_ins_next_page_is_short check (length(next_page) <= 2000)
);
comment on table catalog.issuer_sign_ins is
    'who was sent to the issuer to sign in and has not come back, for 10 minutes; state, nonce and verifier are made of a secret that only the browser has';
comment on column catalog.issuer_sign_ins.next_page is 'the page that is wanted then; null: none in particular';
create index issuer_sign_ins_expires_at_idx on catalog.issuer_sign_ins (expires_at);
