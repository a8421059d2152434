-- catalog: works-with 0031
-- Which sheet of a workbook is meant, where somebody says so.
set local role catalog_owner;

alter table catalog.upload_history
    add column sheet text constraint upload_history_sheet_is_a_name check (char_length(sheet) between 1 and 100);
comment on column catalog.upload_history.sheet is
    'sheet that was named for a workbook; null: the first visible one with a header (event file.read says which was read)';
