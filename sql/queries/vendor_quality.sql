-- How good the files of each vendor have been, worst first.
select * from audit.vendor_quality
where uploads > 0
order by success_percent nulls first, rows_rejected desc;
