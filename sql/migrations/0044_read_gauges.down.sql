set local role catalog_owner;
drop function catalog.gauges(text[]);
