set local role catalog_owner;
drop table catalog.issuer_sign_ins;
