import Jobs
import Postgres

/// What is read of the queue.
enum JobReads {
    static var summary: Statement { "select \(Shape.queue.columns) from (\(QueueStatus.selectAll)) q" }

    static func dead(_ values: InputValues, limit: Int) -> Statement {
        """
        select \(Shape.deadJob.columns), job_id from jobs.jobs
        where \(.all("state = 'dead'", values.cursor.map { "job_id < \($0[0])::bigint" }))
        order by job_id desc
        \(.limit(limit))
        """
    }
}
