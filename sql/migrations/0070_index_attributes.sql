-- catalog: works-with 0031
-- catalog: no-transaction
-- Products are found by their attributes. Those without are not in the index: a load of them evaluates its condition, and writes nothing.
create index concurrently products_attributes_idx on catalog.products using gin (attributes jsonb_path_ops) where attributes is not null;
alter table catalog.products validate constraint products_attributes_are_texts;
