import Postgres
import TestSupport
import Testing

@testable import Catalog

/// Sums that are kept as uploads end, against those that are made of all uploads.
@Suite(.timeLimit(.minutes(2))) struct UploadCountTests {
    private static let made: Statement = """
        select v.vendor_id || ' ' || count(u.upload_id) || ' ' || count(*) filter (where u.status = 'failed') || ' '
            || coalesce(sum(u.total_records), 0) || ' ' || coalesce(sum(u.error_records), 0) || ' ' || coalesce(sum(u.valid_records), 0) as line
        from catalog.vendors v
        left join catalog.upload_history u
            on u.vendor_id = v.vendor_id and u.status not in ('queued', 'processing') and not u.dry_run and u.kind = 'file'
        group by v.vendor_id order by v.vendor_id
        """
    private static let kept: Statement = """
        select q.vendor_id || ' ' || q.uploads || ' ' || q.failed_uploads || ' ' || q.rows_received || ' ' || q.rows_rejected || ' '
            || coalesce(t.valid_records, 0) as line
        from audit.vendor_quality q left join catalog.vendor_totals t using (vendor_id) order by q.vendor_id
        """
    private static let errorsMade: Statement = """
        select e.upload_id || ' ' || e.error_type || ' ' || count(*) as line
        from catalog.validation_errors e join catalog.upload_history u using (upload_id)
        where u.status not in ('queued', 'processing')
        group by e.upload_id, e.error_type order by 1
        """
    private static let errorsKept: Statement = """
        select upload_id || ' ' || error_type || ' ' || errors as line from audit.error_counts order by 1
        """

    private static func end(_ id: String, _ status: String, valid: Int, errors: Int) -> Statement {
        """
        update catalog.upload_history
        set status = \(status)::text, total_records = \(valid + errors)::integer, valid_records = \(valid)::integer,
            error_records = \(errors)::integer, created_records = \(valid)::integer, updated_records = 0, unchanged_records = 0,
            completed_at = clock_timestamp(), failure_type = case \(status)::text when 'failed' then 'EMPTY_FILE' end,
            failure_message = case \(status)::text when 'failed' then 'x' end
        where upload_id = \(id)::text
        """
    }

    @Test("Ended, failed, tried again, reverted, dry and deleted uploads: the sums are those of all uploads")
    func sums() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.transaction { session in
                try session.seed()
                for (number, vendor) in [(1, "V1"), (2, "V1"), (3, "V2"), (4, "V1"), (5, "V2")] {
                    try session.beginUpload(
                        Upload(uploadID: "U\(number)", vendorID: vendor, fileName: "f", objectKey: "f\(number)"))
                    try session.execute(
                        """
                        insert into catalog.validation_errors (upload_id, row_number, line_number, error_type, error_message, original_data)
                        select \("U\(number)")::text, i, i, case when i = 1 then 'INVALID_PRICE' else 'DUPLICATE_SKU' end, 'x', '{}'
                        from generate_series(1, 3) i
                        """)
                }
                try session.execute("update catalog.upload_history set dry_run = true where upload_id = 'U5'")
                for statement in [
                    Self.end("U1", "partial", valid: 7, errors: 3), Self.end("U2", "failed", valid: 0, errors: 3),
                    Self.end("U3", "partial", valid: 1, errors: 3), Self.end("U5", "partial", valid: 1, errors: 3),
                    "update catalog.upload_history set status = 'queued', failure_type = null, failure_message = null where upload_id = 'U2'",
                    Self.end("U2", "partial", valid: 4, errors: 3),
                    "update catalog.upload_history set status = 'reverted' where upload_id = 'U3'",
                    Self.end("U4", "failed", valid: 0, errors: 3),
                ] as [Statement] {
                    try session.execute(statement)
                    for (kept, made) in [(Self.kept, Self.made), (Self.errorsKept, Self.errorsMade)] {
                        let lines = try [kept, made].map { try session.query($0).map { $0[0] } }
                        #expect(lines[0] == lines[1], "\(statement)")
                    }
                }
                #expect(try session.query(Self.errorsKept).count == 10)
            }
        }
    }
}
