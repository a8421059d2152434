-- Every error of an upload with the row as the vendor wrote it.
-- Variables: upload
select row_number, line_number, error_type, error_message, field, rejected_value, original_data
from audit.upload_errors
where upload_id = :'upload'
order by row_number, error_type;
