import Postgres

/// What is read of uploads, with the rights of whoever asks.
enum UploadQueries {
    static func select(_ uploadID: String) -> Statement {
        "select \(Shape.uploadDetail.columns) from catalog.upload_history u where u.upload_id = \(uploadID)::text"
    }

    static func page(_ values: InputValues, limit: Int) -> Statement {
        let after = values.cursor(2)
        return """
            select \(Shape.upload.columns), upload_timestamp::text, upload_id
            from catalog.upload_history
            where (\(values.text("vendor"))::text is null or vendor_id = \(values.text("vendor"))::text)
              and (\(values.text("status"))::text is null or status = \(values.text("status"))::text)
              and (\(values.seconds("from"))::float8 is null or upload_timestamp >= to_timestamp(\(values.seconds("from"))::float8))
              and (\(values.seconds("to"))::float8 is null or upload_timestamp < to_timestamp(\(values.seconds("to"))::float8))
              and (\(after[0])::text is null
                or (upload_timestamp, upload_id) < (\(after[0])::timestamptz, \(after[1])::text))
            order by upload_timestamp desc, upload_id desc
            limit \(limit)::integer
            """
    }

    static func errors(_ uploadID: String, _ values: InputValues, limit: Int) -> Statement {
        let after = values.cursor(2)
        return """
            select \(Shape.uploadError.columns), row_number, error_id
            from catalog.validation_errors
            where upload_id = \(uploadID)::text
              and (\(after[0])::integer is null or (row_number, error_id) > (\(after[0])::integer, \(after[1])::bigint))
            order by row_number, error_id
            limit \(limit)::integer
            """
    }

    /// Where its files are; no row if the caller may not know of it.
    static func files(_ uploadID: String) -> Statement {
        """
        select vendor_id, status, error_records, error_file_s3_key, rejected_file_s3_key
        from catalog.upload_history where upload_id = \(uploadID)::text
        """
    }

    /// How far uploads are that somebody watches.
    static func states(_ uploadIDs: [String]) -> Statement {
        """
        select upload_id, status || case when error_file_s3_key is null then '' else '+' end as state
        from catalog.upload_history where upload_id = any(\(uploadIDs)::text[])
        """
    }
}
