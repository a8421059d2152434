import API
import Catalog
import Postgres

/// What pages read of uploads, with the rights of whoever looks.
enum UploadPageReads {
    private static let columns: Statement = """
        u.upload_id, u.vendor_id, u.file_name, u.status, u.mode, u.dry_run, u.kind = 'revert' as is_revert, u.total_records,
        u.valid_records, u.error_records, u.created_records, u.updated_records, u.unchanged_records, u.deactivated_records, u.deleted_records,
        u.failure_message, u.file_size_bytes, u.mapping_name, u.mapping_version, u.parent_upload_id, u.policy, u.empty_cells, u.error_file_s3_key, u.rejected_file_s3_key,
        to_char(u.upload_timestamp at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as uploaded_at,
        u.upload_timestamp::text as uploaded_exactly, \(CorrectedRow.sentCount) as sent_records
        """

    static func select(_ uploadIDs: [String]) -> Statement {
        "select \(columns) from catalog.upload_history u where u.upload_id = any(\(uploadIDs)::text[])"
    }

    /// Newest first.
    /// - Parameters:
    ///   - vendor: only this vendor's; nil takes all that may be seen.
    ///   - cursor: time and id of the last one of the page before.
    static func page(vendor: String?, before cursor: (String, String)?, limit: Int) -> Statement {
        let conditions: Statement = .all(
            vendor.map { "u.vendor_id = \($0)::text" },
            cursor.map { "(u.upload_timestamp, u.upload_id) < (\($0.0)::timestamptz, \($0.1)::text)" })
        return """
            select \(columns) from catalog.upload_history u where \(conditions)
            order by u.upload_timestamp desc, u.upload_id desc \(.limit(limit))
            """
    }

    /// What waits for correction: of the last month, unless a file of the same name came later that corrects no other.
    static func waiting(vendor: String?) -> Statement {
        let conditions: Statement = .all(vendor.map { "u.vendor_id = \($0)::text" })
        return """
            select \(columns) from catalog.upload_history u
            where \(conditions) and u.upload_timestamp > now() - interval '30 days' and u.kind = 'file'
              and (u.status = 'failed' or u.status in ('partial', 'completed') and u.error_records > \(CorrectedRow.sentCount))
              and not exists (
                  select from catalog.upload_history l
                  where l.vendor_id = u.vendor_id and l.file_name = u.file_name and l.upload_timestamp > u.upload_timestamp
                    and l.parent_upload_id is null)
            order by u.upload_timestamp desc, u.upload_id desc limit 5
            """
    }

    static func timeline(_ uploadID: String) -> Statement {
        """
        select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at, event,
            (select coalesce(json_object_agg(key, value), '{}')::text from jsonb_each_text(detail)) as detail
        from catalog.upload_events where upload_id = \(uploadID)::text order by event_id limit 200
        """
    }

    /// What undoing an upload would do to the products that are still as it made them.
    static func undoCounts(_ uploadID: String, vendor: String) -> Statement {
        """
        select count(*) filter (where v.product_id is null) as deleted, count(v.product_id) as restored
        from catalog.products p
        left join (
            select distinct product_id from catalog.product_versions
            where (ended_by = any ((select catalog.changes_of_upload(\(uploadID)::text))::bigint[])
                    or ended_by = 0 and superseded_by = \(uploadID)::text)
                and operation = 'update' and vendor_id = \(vendor)::text
        ) v using (product_id)
        where p.vendor_id = \(vendor)::text and p.upload_id = \(uploadID)::text
        """
    }

    /// The first of them.
    static func undoExamples(_ uploadID: String, vendor: String) -> Statement {
        """
        select p.vendor_product_id, p.product_name, p.price::text as price, v.price::text as former_price
        from catalog.products p
        left join lateral (
            select f.price from catalog.product_versions f
            where f.product_id = p.product_id and f.superseded_by = \(uploadID)::text and f.operation = 'update'
            order by f.version_id limit 1
        ) v on true
        where p.vendor_id = \(vendor)::text and p.upload_id = \(uploadID)::text
        order by p.vendor_product_id limit 20
        """
    }
}
