package import Postgres

/// The statements of `catalog.validation_errors`, and of the reports made of it.
extension Upload {
    static func deleteErrors(_ uploadID: String) -> Statement {
        "delete from catalog.validation_errors where upload_id = \(uploadID)::text"
    }

    static let copyErrors: Statement = """
        copy catalog.validation_errors
            (upload_id, row_number, line_number, error_type, error_message, field, rejected_value, original_data)
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
    /// field, rejected value, original data.
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
