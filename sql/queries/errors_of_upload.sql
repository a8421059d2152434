-- Every error of an upload; audit.upload_errors has the whole rows as the vendor wrote them, in original_data.
-- Variables: upload
select row_number as row, line_number as line, error_type, audit.brief(rejected_value, 20) as value, audit.brief(error_message, 50) as message
from audit.upload_errors
where upload_id = :'upload'
order by row_number, error_type;
