set local role catalog_owner;
drop function catalog.ambiguous_keys();
drop function catalog.canonical_key(text);
