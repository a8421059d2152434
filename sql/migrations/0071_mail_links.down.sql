set local role catalog_owner;
comment on table catalog.sessions is
    'who is signed in at the pages; only the hash of the secret is kept. One ends after 30 minutes without a request, after 12 hours, or with its token';
-- Who is signed in by a link would be so without what ends that.
delete from catalog.sessions where link_id is not null;
alter table catalog.sessions drop column link_id;
drop table catalog.sign_in_links;
drop table catalog.sign_in_requests;
