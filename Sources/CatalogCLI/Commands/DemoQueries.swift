import Postgres

/// What the demo asks at its end.
enum DemoQueries {
    static let questions: [(String, Statement)] = [
        (
            "How good are the vendors' files?",
            """
            select vendor_id, uploads, rows_received, rows_rejected, success_percent
            from audit.vendor_quality order by vendor_id
            """
        ),
        (
            "What goes wrong most often?",
            """
            select error_type, count(*) as errors, min(error_message) as example
            from audit.upload_errors group by error_type order by errors desc, error_type
            """
        ),
        (
            "What happened to the newest partial upload?",
            """
            select to_char(e.at, 'HH24:MI:SS.MS') as at, e.event, e.detail
            from catalog.upload_events e where e.upload_id = (
                select upload_id from audit.uploads where status = 'partial' order by upload_timestamp desc limit 1)
            order by e.event_id
            """
        ),
    ]
}
