set local role catalog_owner;
drop view audit.upload_rules;
drop view audit.rules;
delete from catalog.validation_errors where error_type in ('CUSTOM_RULE', 'CUSTOM_WARNING');
alter table catalog.validation_errors drop constraint validation_errors_error_type_is_known;
alter table catalog.validation_errors add constraint validation_errors_error_type_is_known check (error_type in (
    'MISSING_REQUIRED_FIELD', 'INVALID_PRICE', 'INVALID_STOCK_QUANTITY', 'INVALID_CATEGORY', 'DUPLICATE_SKU',
    'DUPLICATE_VENDOR_PRODUCT_ID', 'UNKNOWN_PRODUCT', 'FIELD_TOO_LONG', 'INVALID_VALUE', 'MALFORMED_ROW', 'SUSPICIOUS_KEY')) not valid;
drop index catalog.validation_errors_by_value_idx;
create index validation_errors_by_value_idx on catalog.validation_errors
    (upload_id, error_type, coalesce(field, ''), (left(coalesce(rejected_value, ''), 100) collate "C"), row_number);
alter table catalog.former_errors drop column rule_name;
alter table catalog.validation_errors drop column rule_name;
alter table catalog.upload_history drop column rule_ids;
drop function catalog.rule_json;
drop table catalog.rules;
