import Jobs
import Postgres

/// What `GET /metrics` says: requests of this process, and how the database stands.
struct MetricsReport: Sendable {
    private let http: HTTPMetrics
    private let database: RecentCheck<String>

    init(pool: Pool, http: HTTPMetrics) {
        self.http = http
        database = RecentCheck { try await pool.run { try Self.text($0) } }
    }

    func text() async throws -> String {
        var text = PrometheusText()
        text.add(http)
        return text.text + (try await database.value())
    }

    private static func text(_ session: Session) throws -> String {
        var text = PrometheusText()
        try text.add(queues: try session.queueStatuses())
        try text.add(unfinished: try session.query(MetricsReads.unfinished))
        try text.add(uploads: try session.query(MetricsReads.uploads))
        return text.text
    }
}

extension PrometheusText {
    fileprivate mutating func add(queues: [QueueStatus]) throws {
        family("catalog_jobs", "gauge", "Jobs by queue and state.")
        for queue in queues {
            let states = [
                ("ready", queue.ready), ("waiting", queue.waiting), ("running", queue.running), ("dead", queue.dead),
            ]
            for (state, count) in states {
                sample("catalog_jobs", [("queue", queue.queue), ("state", state)], Double(count))
            }
        }
        family(
            "catalog_jobs_oldest_ready_seconds", "gauge", "How long the oldest ready job has been waiting for a worker."
        )
        for queue in queues {
            sample("catalog_jobs_oldest_ready_seconds", [("queue", queue.queue)], queue.oldestReadySeconds ?? 0)
        }
    }

    fileprivate mutating func add(unfinished rows: Rows) throws {
        family("catalog_uploads_unfinished", "gauge", "Uploads that have not ended.")
        guard let row = rows.first else { return }
        for status in ["queued", "processing"] {
            sample("catalog_uploads_unfinished", [("status", status)], try row.get(status, as: Double.self))
        }
    }

    fileprivate mutating func add(uploads rows: Rows) throws {
        family("catalog_uploads_last_hour", "gauge", "Uploads of the last hour by status.")
        for row in rows {
            sample(
                "catalog_uploads_last_hour", [("status", try row.get("status"))],
                try row.get("uploads", as: Double.self))
        }
        family("catalog_rows_last_hour", "gauge", "Rows of these uploads that were valid, or had errors.")
        for (result, column) in [("valid", "valid"), ("error", "errors")] {
            let sum = try rows.reduce(0) { try $0 + $1.get(column, as: Double.self) }
            sample("catalog_rows_last_hour", [("result", result)], sum)
        }
    }
}
