-- catalog: works-with 0018
-- Keys that look the same are the same: SKUs, vendor product ids and categories get one form when a file is read. This says
-- which stored ones have another, and what they would collide with; it changes none of them.
set local role catalog_owner;

create function catalog.canonical_key(key text) returns text
    language sql immutable parallel safe strict
    return regexp_replace(
        normalize(
            regexp_replace(
                key, '[\u00AD\u034F\u061C\u115F\u1160\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\u2800\u3164\uFEFF\uFFA0]', '', 'g'),
            nfc),
        '^[\u0009-\u000D\u0020\u0085\u00A0\u00AD\u034F\u061C\u115F\u1160\u1680\u180E\u2000-\u200F\u2028-\u202F\u205F-\u206F\u2800\u3000\u3164\uFEFF\uFFA0]+'
            || '|[\u0009-\u000D\u0020\u0085\u00A0\u00AD\u034F\u061C\u115F\u1160\u1680\u180E\u2000-\u200F\u2028-\u202F\u205F-\u206F\u2800\u3000\u3164\uFEFF\uFFA0]+$',
        '', 'g');
comment on function catalog.canonical_key is
    'the form in which keys are stored and compared: NFC, without characters of no width, trimmed of white space';

create function catalog.ambiguous_keys()
    returns table (vendor_id text, product_id bigint, field text, stored text, canonical text, collides_with bigint)
    language sql stable
    as $$
        with keys as (
            select p.vendor_id, p.product_id, 'sku' as field, p.sku as stored, catalog.canonical_key(p.sku) as canonical
            from catalog.products p where p.sku ~ '[^ -~]'
            union all
            select p.vendor_id, p.product_id, 'vendor_product_id', p.vendor_product_id, catalog.canonical_key(p.vendor_product_id)
            from catalog.products p where p.vendor_product_id ~ '[^ -~]'
        ), others as (
            select k.* from keys k where k.canonical <> k.stored
        )
        select o.vendor_id::text, o.product_id, o.field, o.stored::text, o.canonical,
            coalesce(
                case o.field
                    when 'sku' then (select p.product_id from catalog.products p where p.sku = o.canonical)
                    else (
                        select p.product_id from catalog.products p
                        where p.vendor_id = o.vendor_id and p.vendor_product_id = o.canonical)
                end,
                (
                    select min(k.product_id) from others k
                    where k.field = o.field and k.canonical = o.canonical and k.product_id <> o.product_id
                        and (k.field = 'sku' or k.vendor_id = o.vendor_id)))
        from others o
        order by o.field, o.canonical, o.product_id
    $$;
comment on function catalog.ambiguous_keys is
    'products whose SKU or vendor product id has another form than the one in which files are read now, and the product that '
    'has, or would have, the same key in that form';

revoke execute on function catalog.canonical_key(text), catalog.ambiguous_keys() from public;
grant execute on function catalog.canonical_key(text), catalog.ambiguous_keys() to catalog_auditor;

-- A category approved in another form stays approved for rows, whose categories have this form from now on.
insert into catalog.product_categories (category_name)
select distinct catalog.canonical_key(c.category_name) from catalog.product_categories c
where c.is_active and c.category_name ~ '[^ -~]' and length(catalog.canonical_key(c.category_name)) between 1 and 100
on conflict do nothing;
