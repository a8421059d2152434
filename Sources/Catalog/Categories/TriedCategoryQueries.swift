package import Postgres
import Text

/// A name that vendors took for a category, and that is not approved.
package struct TriedCategory: Sendable, Equatable {
    package var name: String
    /// Rows that were rejected for it.
    package var rows: Int
    package var uploads: Int
    package var vendors: Int
}

/// An upload with rows that were rejected for one name.
package struct CategoryFailure: Sendable, Equatable {
    package var uploadID: String
    package var vendorID: String
    package var fileName: String
    package var status: String
    /// Whether it was only checked.
    package var isDryRun: Bool
    package var rows: Int
    /// ISO 8601, UTC, to the second.
    package var uploadedAt: String
    /// Nothing of it was loaded, and its file is in the store: it can be tried again.
    package var isRetryable: Bool
}

extension TriedCategory {
    /// How many of the newest uploads of the last 30 days are looked at.
    private static let newest: Statement = """
        select c.upload_id, c.vendor_id from catalog.upload_error_counts c
        where c.error_type = 'INVALID_CATEGORY' and c.upload_timestamp > now() - interval '30 days'
        order by c.upload_timestamp desc limit 200
        """

    /// The most rows first.
    static let selectMost: Statement = """
        with tried as materialized (\(newest))
        select e.rejected_value as name, count(*) as errors, count(distinct t.upload_id) as uploads,
            count(distinct t.vendor_id) as vendors
        from tried t
        join catalog.validation_errors e on e.upload_id = t.upload_id and e.error_type = 'INVALID_CATEGORY'
        where char_length(e.rejected_value) between 1 and 100
          and not exists (select from catalog.product_categories k where k.category_name = e.rejected_value and k.is_active)
        group by e.rejected_value
        order by count(*) desc, e.rejected_value
        limit 100
        """

    static func selectApproved(_ name: String) -> Statement {
        """
        select exists (
            select from catalog.product_categories k where k.category_name = \(name)::text and k.is_active) as is_approved
        """
    }

    /// The newest first.
    static func selectUploads(_ name: String) -> Statement {
        """
        with tried as materialized (\(newest))
        select u.upload_id, u.vendor_id, u.file_name, u.status, u.dry_run, e.errors,
            to_char(u.upload_timestamp at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as uploaded_at,
            u.status = 'failed' and u.object_version is not null and u.bucket is not null as is_retryable
        from tried t
        join catalog.upload_history u using (upload_id)
        cross join lateral (
            select count(*) as errors from catalog.validation_errors e
            where e.upload_id = t.upload_id and e.error_type = 'INVALID_CATEGORY' and e.rejected_value = \(name)::text) e
        where e.errors > 0
        order by u.upload_timestamp desc, u.upload_id desc
        """
    }
}

extension Session {
    /// Names that the newest uploads tried in vain, at most 100.
    package func triedCategories() throws -> [TriedCategory] {
        try query(TriedCategory.selectMost).map {
            try TriedCategory(
                name: $0.get("name"), rows: $0.get("errors"), uploads: $0.get("uploads"), vendors: $0.get("vendors"))
        }
    }

    /// Whether rows may have this category.
    package func isApproved(category name: String) throws -> Bool {
        try first(TriedCategory.selectApproved(CanonicalKey.form(name.trimmed())))?.get("is_approved") ?? false
    }

    /// Those of the same uploads that tried this name.
    package func uploads(thatTried name: String) throws -> [CategoryFailure] {
        try query(TriedCategory.selectUploads(name)).map {
            try CategoryFailure(
                uploadID: $0.get("upload_id"), vendorID: $0.get("vendor_id"), fileName: $0.get("file_name"),
                status: $0.get("status"), isDryRun: $0.get("dry_run"), rows: $0.get("errors"),
                uploadedAt: $0.get("uploaded_at"),
                isRetryable: $0.get("is_retryable"))
        }
    }
}
