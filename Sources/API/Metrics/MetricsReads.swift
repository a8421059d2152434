import Postgres

/// What is read for `GET /metrics`.
enum MetricsReads {
    /// What became of uploads lately; an hour is enough for an alarm and cheap to count.
    static let uploads: Statement = """
        select status, count(*) as uploads, coalesce(sum(valid_records), 0) as valid, coalesce(sum(error_records), 0) as errors
        from catalog.upload_history where upload_timestamp > now() - interval '1 hour' group by status order by status
        """
    static let unfinished: Statement = """
        select count(*) filter (where status = 'queued') as queued, count(*) filter (where status = 'processing') as processing
        from catalog.upload_history where status in ('queued', 'processing')
        """
}
