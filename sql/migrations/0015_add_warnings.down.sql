set local role catalog_owner;

delete from catalog.validation_errors where error_type in ('UNKNOWN_PRODUCT', 'SUSPICIOUS_KEY');
alter table catalog.validation_errors drop constraint validation_errors_error_type_is_known;
alter table catalog.validation_errors add constraint validation_errors_error_type_is_known check (error_type in (
    'MISSING_REQUIRED_FIELD', 'INVALID_PRICE', 'INVALID_STOCK_QUANTITY', 'INVALID_CATEGORY', 'DUPLICATE_SKU',
    'DUPLICATE_VENDOR_PRODUCT_ID', 'FIELD_TOO_LONG', 'INVALID_VALUE', 'MALFORMED_ROW'));
alter table catalog.upload_history drop column warning_records;
