import Postgres

/// What is read of uploads, with the rights of whoever asks.
enum UploadReads {
    static func select(_ uploadID: String) -> Statement {
        "select \(Shape.uploadDetail.columns) from catalog.upload_history where upload_id = \(uploadID)::text"
    }

    static func page(_ values: InputValues, limit: Int) -> Statement {
        let conditions: Statement = .all(
            values.text("vendor").map { "vendor_id = \($0)::text" },
            values.text("status").map { "status = \($0)::text" },
            values.seconds("from").map { "upload_timestamp >= to_timestamp(\($0)::float8)" },
            values.seconds("to").map { "upload_timestamp < to_timestamp(\($0)::float8)" },
            values.cursor.map { "(upload_timestamp, upload_id) < (\($0[0])::timestamptz, \($0[1])::text)" })
        return """
            select \(Shape.upload.columns), upload_timestamp::text, upload_id
            from catalog.upload_history
            where \(conditions)
            order by upload_timestamp desc, upload_id desc
            \(.limit(limit))
            """
    }

    static func errors(_ uploadID: String, _ values: InputValues, limit: Int) -> Statement {
        let conditions: Statement = .all(
            "upload_id = \(uploadID)::text",
            values.cursor.map { "(row_number, error_id) > (\($0[0])::integer, \($0[1])::bigint)" })
        return """
            select \(Shape.uploadError.columns), row_number, error_id
            from catalog.validation_errors
            where \(conditions)
            order by row_number, error_id
            \(.limit(limit))
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
