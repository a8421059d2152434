-- catalog: works-with 0018
-- In which encoding the files of a vendor, and one file, are written, where somebody knows: a name that iconv knows.
set local role catalog_owner;

alter table catalog.vendors
    add column encoding text constraint vendors_encoding_is_a_name check (encoding ~ '^[!-.0-~]{1,40}$');
comment on column catalog.vendors.encoding is 'encoding of the vendor''s files, by a name that iconv knows; null finds it';

alter table catalog.upload_history
    add column encoding text constraint upload_history_encoding_is_a_name check (encoding ~ '^[!-.0-~]{1,40}$');
comment on column catalog.upload_history.encoding is
    'encoding that was said of this file; null: that of its mapping or its vendor, else it was found (event file.read)';
