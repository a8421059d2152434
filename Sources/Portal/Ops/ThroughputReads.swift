import Postgres

/// How much each queue has done.
enum ThroughputReads {
    /// Pieces of five minutes.
    static let pieces = 36

    /// Of the last three hours; piece 0 is the present one.
    static let select: Statement = """
        select queue, piece, count(*) as done
        from (
            select case e.event when 'report.written' then 'report' when 'notified' then 'notify' else 'onboard' end as queue,
                floor(extract(epoch from clock_timestamp() - e.at) / 300)::integer as piece
            from catalog.upload_events e
            where e.event in ('finished', 'failed', 'report.written', 'notified') and e.at > clock_timestamp() - interval '3 hours'
            union all
            select 'relay', floor(extract(epoch from clock_timestamp() - w.verified_at) / 300)::integer
            from relay.windows w where w.verified_at > clock_timestamp() - interval '3 hours'
            union all
            select 'enrich', floor(extract(epoch from clock_timestamp() - b.finished_at) / 300)::integer
            from enrichment.requests r join enrichment.batches b using (request_id)
            where r.created_at > clock_timestamp() - interval '1 day' and b.finished_at > clock_timestamp() - interval '3 hours'
        ) d
        where piece between 0 and \(pieces)::integer - 1
        group by queue, piece
        """
}

extension Session {
    /// What each queue has done in each piece, the oldest first.
    func throughput() throws -> [String: [Int]] {
        var done: [String: [Int]] = [:]
        for row in try query(ThroughputReads.select) {
            let (queue, piece) = (try row.get("queue", as: String.self), try row.get("piece", as: Int.self))
            done[queue, default: Array(repeating: 0, count: ThroughputReads.pieces)][
                ThroughputReads.pieces - 1 - piece] =
                try row.get("done")
        }
        return done
    }
}
