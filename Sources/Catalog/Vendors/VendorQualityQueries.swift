package import Postgres

/// How good a vendor's files have been.
package struct VendorQuality: Sendable, Equatable {
    package var vendorID: String
    package var name: String
    package var status: String
    package var uploads: Int
    package var failedUploads: Int
    package var rows: Int
    package var rejectedRows: Int
    /// Percent of good rows in each of the last twelve weeks, the present one last; nil where nothing came.
    package var weeks: [Double?]
}

extension VendorQuality {
    static let weekCount = 12

    static func select(after vendorID: String, limit: Int) -> Statement {
        """
        select q.vendor_id, q.vendor_name, q.status, q.uploads, q.failed_uploads, q.rows_received, q.rows_rejected, w.shares
        from (select * from audit.vendor_quality v where v.vendor_id > \(vendorID)::text order by v.vendor_id limit \(limit)::integer) q
        cross join lateral (
            select array_agg(coalesce(u.share, -1) order by g.ago desc) as shares
            from generate_series(0, \(weekCount)::integer - 1) as g (ago)
            cross join lateral (
                select (100.0 * sum(h.valid_records) / nullif(sum(h.total_records), 0))::float8 as share
                from catalog.upload_history h
                where h.vendor_id = q.vendor_id and h.status not in ('queued', 'processing') and not h.dry_run and h.kind = 'file'
                  and h.upload_timestamp >= date_trunc('week', now()) - g.ago * interval '1 week'
                  and h.upload_timestamp < date_trunc('week', now()) - (g.ago - 1) * interval '1 week'
            ) u
        ) w
        order by q.vendor_id
        """
    }
}

extension Session {
    /// A page of vendors by id.
    /// - Parameter vendorID: the page begins behind it.
    package func vendorQuality(after vendorID: String? = nil, limit: Int) throws -> [VendorQuality] {
        try query(VendorQuality.select(after: vendorID ?? "", limit: limit)).map { row in
            try VendorQuality(
                vendorID: row.get("vendor_id"), name: row.get("vendor_name"), status: row.get("status"),
                uploads: row.get("uploads"), failedUploads: row.get("failed_uploads"), rows: row.get("rows_received"),
                rejectedRows: row.get("rows_rejected"),
                weeks: row.get("shares", as: [Double].self).map { $0 < 0 ? nil : $0 })
        }
    }
}
