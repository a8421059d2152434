import Hummingbird
import Jobs
import NIOCore
import Postgres

extension Shape {
    static let queue = Shape(
        name: "Queue",
        fields: [
            .init("queue", .text, "Its name."),
            .init("ready", .integer, "Jobs a worker may take now."),
            .init("waiting", .integer, "Jobs whose time is to come."),
            .init("running", .integer, "Jobs a worker has."),
            .init("dead", .integer, "Jobs given up."),
            .init(
                "oldestReadySeconds", .decimal, "How long the oldest has been waiting for a worker.", column: "oldest",
                nullable: true),
            .init("isPaused", .boolean, "Whether its jobs are left alone."),
        ])

    static let deadJob = Shape(
        name: "DeadJob",
        fields: [
            .init("jobId", .integer, "Its number."), .init("queue", .text, "Its queue."),
            .init("kind", .text, "What it does."),
            .init("payload", .json(schema: #"{"type":"object"}"#), "To what."),
            .init("attempt", .integer, "How often it was tried."),
            .init("lastError", .text, "Why it was given up.", nullable: true),
            .init("createdAt", .timestamp, "When it was enqueued."),
        ])
}

enum JobListQueries {
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

/// `/jobs`: the queue, for operators.
struct JobRoutes: Sendable {
    let database: APIDatabase

    var endpoints: [Endpoint] { [summary, dead, retry] }

    private var summary: Endpoint {
        Endpoint(
            method: .get, path: "/jobs/summary", summary: "How each queue stands.", access: .staff,
            answers: [.init(.ok, .list(.queue), "All queues.")]
        ) { call in
            .json(try await database.read(as: call.identity, JobListQueries.summary) { Call.list($0[0], .queue) })
        }
    }

    private var dead: Endpoint {
        Endpoint(
            method: .get, path: "/jobs/dead", summary: "Jobs that were given up, newest first.", access: .staff,
            query: [.cursor(1), .limit], answers: [.init(.ok, .page(.deadJob), "A page of dead jobs.")]
        ) { call in
            let limit = call.limit
            return .json(
                try await database.read(as: call.identity, JobListQueries.dead(call.values, limit: limit + 1)) {
                    Call.page($0[0], .deadJob, limit: limit, key: 1)
                })
        }
    }

    private var retry: Endpoint {
        Endpoint(
            method: .post, path: "/jobs/{jobId}/retry", summary: "Put a dead job back.", access: .operators,
            pathInputs: [Input("jobId", .integer(1...Int.max), "The job.")],
            answers: [.init(.noContent, .empty, "A worker takes it.")]
        ) { call in
            let id = call.values.integer("jobId") ?? 0
            let count = try await database.write(for: call) { try $0.retryDeadJobs(DeadJobFilter(jobIDs: [id])) }
            guard count == 1 else { throw Problem.noSuch("dead job", "\(id)") }
            return Response(status: .noContent)
        }
    }
}
