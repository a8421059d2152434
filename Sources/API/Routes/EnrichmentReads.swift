import Postgres

/// What is read of enrichment requests, with the rights of whoever asks.
enum EnrichmentReads {
    static func page(_ values: InputValues, limit: Int) -> Statement {
        let conditions: Statement = .all(
            values.text("status").map { "status = \($0)::text" },
            values.cursor.map { "(created_at, request_id) < (\($0[0])::timestamptz, \($0[1])::uuid)" })
        return """
            select \(Shape.enrichmentSummary.columns), created_at::text, request_id
            from enrichment.requests
            where \(conditions)
            order by created_at desc, request_id desc
            \(.limit(limit))
            """
    }
}
