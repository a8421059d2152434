package import Postgres

/// The statements that read the history.
enum UploadHistory {
    static let columns: Statement = """
        upload_id, vendor_id, file_name, status, mode, policy, dry_run,
        \(.timestamp("upload_timestamp")) as uploaded_at,
        \(.timestamp("completed_at")) as completed_at,
        total_records, valid_records, error_records, created_records, updated_records, unchanged_records, deactivated_records,
        warning_records, failure_type, failure_message, object_key, file_sha256, error_file_s3_key, rejected_file_s3_key,
        coalesce(file_encoding, encoding) as encoding, encoding_guessed
        """

    static func select(_ uploadID: String) -> Statement {
        "select \(columns) from catalog.upload_history where upload_id = \(uploadID)::text"
    }

    static func selectNewest(vendorID: String?, status: UploadStatus?, limit: Int) -> Statement {
        """
        select \(columns) from catalog.upload_history
        where (\(vendorID)::text is null or vendor_id = \(vendorID)::text)
          and (\(status?.rawValue)::text is null or status = \(status?.rawValue)::text)
        order by upload_timestamp desc, upload_id desc
        limit \(limit)::integer
        """
    }

    static func selectErrors(_ uploadID: String) -> Statement {
        """
        select row_number, line_number, error_type, error_message, field, rejected_value, rule_name
        from catalog.validation_errors where upload_id = \(uploadID)::text
        order by row_number, error_id
        """
    }

    /// Of each type, and each rule of one's own, how many there are, and where the first ones stand.
    static func groupErrors(_ uploadID: String) -> Statement {
        """
        select error_type, rule_name, sum(errors)::bigint as errors, count(*) as rows,
            array_agg(row_number order by place) filter (where place <= 5) as row_numbers,
            array_agg(line_number order by place) filter (where place <= 5) as line_numbers
        from (
            select error_type, rule_name, row_number, line_number, count(*) as errors,
                row_number() over (partition by error_type, rule_name order by row_number, line_number) as place
            from catalog.validation_errors where upload_id = \(uploadID)::text
            group by error_type, rule_name, row_number, line_number
        ) e
        group by error_type, rule_name order by sum(errors) desc, error_type, rule_name
        """
    }

    static func selectEvents(_ uploadID: String) -> Statement {
        """
        select \(.timestamp("at")) as at, event, detail::text as detail
        from catalog.upload_events where upload_id = \(uploadID)::text order by event_id
        """
    }

    /// The facts of the file's last reading. No partition is looked into that ended before the upload came; a clock may have gone back since.
    static func selectFileFacts(_ uploadID: String) -> Statement {
        """
        select detail::text as detail from catalog.upload_events
        where upload_id = \(uploadID)::text and event = 'file.read'
          and at >= (select u.upload_timestamp - interval '1 day' from catalog.upload_history u where u.upload_id = \(uploadID)::text)
        order by event_id desc limit 1
        """
    }
}

extension UploadRecord {
    init(_ row: Row) throws {
        try self.init(
            uploadID: row.get("upload_id"), vendorID: row.get("vendor_id"), fileName: row.get("file_name"),
            status: UploadStatus(rawValue: row.get("status")) ?? .failed,
            mode: UploadMode(rawValue: row.get("mode")) ?? .create,
            policy: UploadPolicy(rawValue: row.get("policy")) ?? .loadValid, dryRun: row.get("dry_run"),
            uploadedAt: row.get("uploaded_at"), completedAt: row.get("completed_at"),
            totalRecords: row.get("total_records"), validRecords: row.get("valid_records"),
            errorRecords: row.get("error_records"), createdRecords: row.get("created_records"),
            updatedRecords: row.get("updated_records"), unchangedRecords: row.get("unchanged_records"),
            deactivatedRecords: row.get("deactivated_records"), warningRecords: row.get("warning_records"),
            failureType: row.get("failure_type"), failureMessage: row.get("failure_message"),
            objectKey: row.get("object_key"), fileSHA256: row.get("file_sha256"),
            encoding: row.get("encoding"), encodingGuessed: row.get("encoding_guessed"),
            errorReport: row.get("error_file_s3_key"), rejectedFile: row.get("rejected_file_s3_key"))
    }
}

extension Session {
    /// One upload, nil if there is none of that id.
    package func upload(_ uploadID: String) throws -> UploadRecord? {
        try first(UploadHistory.select(uploadID)).map(UploadRecord.init)
    }

    /// The newest uploads first.
    package func uploads(vendorID: String? = nil, status: UploadStatus? = nil, limit: Int) throws -> [UploadRecord] {
        try query(UploadHistory.selectNewest(vendorID: vendorID, status: status, limit: limit)).map(UploadRecord.init)
    }

    /// Calls `body` with every error of an upload in file order. Needs a transaction.
    package func forEachError(of uploadID: String, _ body: (UploadErrorRecord) throws -> Void) throws {
        try stream(UploadHistory.selectErrors(uploadID)) { row in
            try body(
                UploadErrorRecord(
                    rowNumber: row.get("row_number"), lineNumber: row.get("line_number"),
                    errorType: row.get("error_type"), errorMessage: row.get("error_message"), field: row.get("field"),
                    rejectedValue: row.get("rejected_value"), rule: row.get("rule_name")))
        }
    }

    /// Errors by type and rule of one's own, the most frequent first.
    package func errorGroups(of uploadID: String) throws -> [UploadErrorGroup] {
        try query(UploadHistory.groupErrors(uploadID)).map { row in
            let (rows, lines) = try (row.get("row_numbers", as: [Int].self), row.get("line_numbers", as: [Int].self))
            return UploadErrorGroup(
                errorType: try row.get("error_type"), rule: try row.get("rule_name"), count: try row.get("errors"),
                rows: try row.get("rows"),
                first: zip(rows, lines).map { .init(rowNumber: $0, lineNumber: $1) })
        }
    }

    /// The timeline of an upload.
    package func events(of uploadID: String) throws -> [UploadEventRecord] {
        try query(UploadHistory.selectEvents(uploadID)).map {
            try UploadEventRecord(at: $0.get("at"), event: $0.get("event"), detail: $0.get("detail"))
        }
    }

    /// What was found out about the file of an upload; nil if it was not read.
    package func fileFacts(of uploadID: String) throws -> UploadEvent.FileFacts? {
        try first(UploadHistory.selectFileFacts(uploadID)).map(UploadEvent.FileFacts.init)
    }
}

extension UploadEvent.FileFacts {
    init(_ row: Row) throws { try self.init(json: row.get("detail")) }
}
