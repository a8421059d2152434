package import Postgres

/// The statements of files that were checked by a dry run over HTTP, and are kept for an hour after its end.
enum CheckedFile {
    /// Takes the file of a dry run for an upload that loads it, with the same settings and the same version of its mapping.
    /// Whoever takes it first has it: no row for the others, and none after the hour.
    static func take(_ checked: String, for uploadID: String) -> Statement {
        """
        with taken as (
            update catalog.upload_history set keeps_file = false
            where upload_id = \(checked)::text and keeps_file and status in ('completed', 'partial', 'failed')
              and coalesce(failure_type, '') not in ('INTERRUPTED', 'CANCELLED')
              and completed_at > clock_timestamp() - interval '1 hour'
            returning *
        )
        insert into catalog.upload_history
            (upload_id, vendor_id, file_name, status, mode, policy, empty_cells, missing_products, bucket, object_key, object_version,
             file_size_bytes, encoding, sheet, announced_sha256, mapping_name, mapping_version, checked_upload_id)
        select \(uploadID)::text, vendor_id, file_name, 'queued', mode, policy, empty_cells, missing_products, bucket, object_key,
            object_version, file_size_bytes, encoding, sheet, coalesce(file_sha256, announced_sha256), mapping_name, mapping_version,
            upload_id
        from taken
        returning vendor_id
        """
    }

    static func describe(_ checked: String, _ uploadID: String) -> Statement {
        """
        select catalog.describe_action(
            jsonb_build_object('checked', \(checked)::text), jsonb_build_object('upload', \(uploadID)::text))
        """
    }

    static func selectLoad(of checked: String) -> Statement {
        "select upload_id from catalog.upload_history where checked_upload_id = \(checked)::text"
    }

    /// Compares how a checked file was judged then and when it was loaded. Warnings reject nothing.
    static func compare(_ uploadID: String, warnings: [String]) -> Statement {
        """
        with pair as (
            select u.upload_id, c.upload_id as checked,
                (u.status, u.failure_type, u.total_records, u.valid_records, u.created_records, u.updated_records,
                 u.unchanged_records, u.deactivated_records)
                is distinct from
                (c.status, c.failure_type, c.total_records, c.valid_records, c.created_records, c.updated_records,
                 c.unchanged_records, c.deactivated_records) as differs
            from catalog.upload_history u join catalog.upload_history c on c.upload_id = u.checked_upload_id
            where u.upload_id = \(uploadID)::text
        ),
        then_rejected as (
            select distinct e.row_number from catalog.validation_errors e
            where e.upload_id = (select p.checked from pair p) and e.error_type <> all (\(warnings)::text[])
        ),
        now_rejected as (
            select distinct e.row_number from catalog.validation_errors e
            where e.upload_id = (select p.upload_id from pair p) and e.error_type <> all (\(warnings)::text[])
        ),
        differing as (
            select count(*) filter (where t.row_number is null) as rejected, count(*) filter (where n.row_number is null) as accepted
            from then_rejected t full join now_rejected n using (row_number)
        )
        update catalog.upload_history u
        set verdict_change = jsonb_build_object(
            'changed', p.differs or d.rejected + d.accepted > 0, 'rejectedSince', d.rejected, 'acceptedSince', d.accepted)
        from pair p, differing d
        where u.upload_id = p.upload_id
        returning (u.verdict_change ->> 'changed')::boolean as changed, d.rejected, d.accepted
        """
    }

    /// Some that nobody can load any more; a clock that is set back a little makes none of them loadable again.
    static func selectExpired(after: String?) -> Statement {
        """
        select upload_id, bucket, object_key from catalog.upload_history
        where keeps_file and completed_at < clock_timestamp() - interval '65 minutes'
          and (completed_at, upload_id::text) > (
              coalesce((select a.completed_at from catalog.upload_history a where a.upload_id = \(after)::text), '-infinity'),
              coalesce(\(after)::text, ''))
        order by completed_at, upload_id
        limit 100
        for update skip locked
        """
    }

    static func forget(_ uploadID: String) -> Statement {
        "update catalog.upload_history set keeps_file = false where upload_id = \(uploadID)::text and keeps_file"
    }
}

/// How a checked file was judged when it was loaded, compared with the dry run.
package struct VerdictChange: Sendable, Equatable {
    /// Whether anything differs: rows that were rejected, or what the others did.
    package var isChange: Bool
    /// Rows that were rejected by the load only.
    package var rejectedSince: Int
    /// Rows that were rejected by the dry run only.
    package var acceptedSince: Int
}

/// An object of a dry run that was kept long enough.
package struct ExpiredFile: Sendable {
    package var uploadID: String
    package var bucket: String
    package var objectKey: String
}

extension Session {
    /// Queues an upload of the file of a dry run. Belongs into a transaction with the job that takes it up.
    /// - Returns: its vendor; nil if there is no such file, not any more, or if the dry run has not ended.
    package func takeCheckedFile(_ checked: String, for uploadID: String) throws -> String? {
        try first(CheckedFile.take(checked, for: uploadID))?.get("vendor_id")
    }

    /// The upload that loads the file of a dry run; nil if there is none.
    package func load(ofChecked uploadID: String) throws -> String? {
        try first(CheckedFile.selectLoad(of: uploadID))?.get("upload_id")
    }

    /// Records what an upload that has ended was judged differently in than the dry run of its file.
    /// - Returns: nil if its file was not checked before.
    package func compareWithCheck(_ uploadID: String) throws -> VerdictChange? {
        let warnings = RowErrorType.allCases.filter(\.isWarning).map(\.rawValue)
        return try first(CheckedFile.compare(uploadID, warnings: warnings)).map {
            try VerdictChange(
                isChange: $0.get("changed"), rejectedSince: $0.get("rejected"), acceptedSince: $0.get("accepted"))
        }
    }

    /// Files of dry runs that nobody can load any more, the oldest first; none after the last.
    /// - Parameter after: the upload that the ones before ended with.
    package func expiredFiles(after: String?) throws -> [ExpiredFile] {
        try query(CheckedFile.selectExpired(after: after)).map {
            try ExpiredFile(uploadID: $0.get("upload_id"), bucket: $0.get("bucket"), objectKey: $0.get("object_key"))
        }
    }

    /// Says in `audit.actions` which upload loads the file of a dry run.
    package func describeLoad(of checked: String, as uploadID: String) throws {
        _ = try query(CheckedFile.describe(checked, uploadID))
    }

    /// Notes that the file of a dry run is deleted.
    package func forgetFile(of uploadID: String) throws { try execute(CheckedFile.forget(uploadID)) }
}
