-- Keys that a spreadsheet has changed are loaded, with a warning that has a name of its own.
set local role catalog_owner;

alter table catalog.upload_history add column warning_records integer;
comment on column catalog.upload_history.warning_records is
    'rows with a warning; they count as valid or as error as if they had none. Null for uploads before warnings were looked for';

-- Checked for new rows only: every older row passed the narrower rule before, and to read them all again would lock the table for long.
alter table catalog.validation_errors drop constraint validation_errors_error_type_is_known;
alter table catalog.validation_errors add constraint validation_errors_error_type_is_known check (error_type in (
    'MISSING_REQUIRED_FIELD', 'INVALID_PRICE', 'INVALID_STOCK_QUANTITY', 'INVALID_CATEGORY', 'DUPLICATE_SKU',
    'DUPLICATE_VENDOR_PRODUCT_ID', 'UNKNOWN_PRODUCT', 'FIELD_TOO_LONG', 'INVALID_VALUE', 'MALFORMED_ROW', 'SUSPICIOUS_KEY')) not valid;
