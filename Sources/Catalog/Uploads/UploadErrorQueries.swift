package import Postgres

/// The statements of `catalog.validation_errors`, and of the reports made of it.
extension Upload {
    /// Puts the errors of an attempt that is over beside those of the attempts before it.
    static func setErrorsAside(_ uploadID: String, attempt: Int) -> Statement {
        """
        with former as (
            delete from catalog.validation_errors where upload_id = \(uploadID)::text
            returning upload_id, error_id, row_number, line_number, error_type, error_message, field, rejected_value, original_data,
                created_at, rule_name
        )
        insert into catalog.former_errors
            (upload_id, attempt, error_id, row_number, line_number, error_type, error_message, field, rejected_value, original_data,
             created_at, rule_name)
        select f.upload_id, \(attempt)::integer, f.error_id, f.row_number, f.line_number, f.error_type, f.error_message, f.field,
            f.rejected_value, f.original_data, f.created_at, f.rule_name
        from former f
        """
    }

    static let copyErrors: Statement = """
        copy catalog.validation_errors
            (upload_id, row_number, line_number, error_type, error_message, field, rejected_value, rule_name, original_data)
        from stdin
        """

    static func recordReport(_ uploadID: String, errors: String, rejected: String?) -> Statement {
        """
        update catalog.upload_history
        set error_file_s3_key = \(errors)::text, rejected_file_s3_key = \(rejected)::text
        where upload_id = \(uploadID)::text
        returning extract(epoch from clock_timestamp() - completed_at)::float8 as delay
        """
    }
}

extension Session {
    /// Streams errors into `validation_errors`: text COPY rows of upload id, row number, line number, type, message,
    /// field, rejected value, rule of one's own, original data.
    /// - Returns: how many errors.
    package func copyErrors(_ body: (CopyWriter) throws -> Void) throws -> Int {
        try copyIn(Upload.copyErrors, body)
    }

    /// Records where the error report and the rejected rows are.
    /// - Returns: how many seconds after the end of the upload; nil if there is no such upload.
    package func recordReport(_ uploadID: String, errorsKey: String, rejectedKey: String?) throws -> Double? {
        try first(Upload.recordReport(uploadID, errors: errorsKey, rejected: rejectedKey))?.get("delay")
    }
}
