-- What is remembered goes with its table.
select 1;
