set local role catalog_owner;
drop function catalog.revert_upload(text);
drop function audit.product_history(text, text);
drop function audit.products_as_of(timestamptz);
drop view audit.vendor_quality;
drop view audit.upload_errors;
drop view audit.uploads;
