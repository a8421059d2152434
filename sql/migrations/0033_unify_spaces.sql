-- catalog: works-with 0031
-- A space of any kind within a key is the ordinary one: keys that look the same are the same.
set local role catalog_owner;

create or replace function catalog.canonical_key(key text) returns text
    language sql immutable parallel safe strict
    return regexp_replace(
        normalize(
            regexp_replace(
                regexp_replace(
                    key, '[\u00AD\u034F\u061C\u115F\u1160\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\u2800\u3164\uFEFF\uFFA0]', '',
                    'g'),
                '[\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]', ' ', 'g'),
            nfc),
        '^[\u0009-\u000D\u0020\u0085\u00A0\u00AD\u034F\u061C\u115F\u1160\u1680\u180E\u2000-\u200F\u2028-\u202F\u205F-\u206F\u2800\u3000\u3164\uFEFF\uFFA0]+'
            || '|[\u0009-\u000D\u0020\u0085\u00A0\u00AD\u034F\u061C\u115F\u1160\u1680\u180E\u2000-\u200F\u2028-\u202F\u205F-\u206F\u2800\u3000\u3164\uFEFF\uFFA0]+$',
        '', 'g');
comment on function catalog.canonical_key is
    'the form in which keys are stored and compared: NFC, without characters of no width, with ordinary spaces, trimmed of white space';

-- A category approved in another form stays approved for rows, whose categories have this form from now on.
insert into catalog.product_categories (category_name)
select distinct catalog.canonical_key(c.category_name) from catalog.product_categories c
where c.is_active and c.category_name ~ '[^ -~]' and length(catalog.canonical_key(c.category_name)) between 1 and 100
on conflict do nothing;
