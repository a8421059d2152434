import Hummingbird
import Jobs
import NIOCore
import Postgres

extension Shape {
    static let queue = Shape(
        name: "Queue",
        fields: [
            .init("queue", .text, "Its id."),
            .init("ready", .integer, "Jobs that a worker may take now."),
            .init("waiting", .integer, "Jobs that are scheduled for later."),
            .init("running", .integer, "Jobs that a worker is running."),
            .init("dead", .integer, "Jobs that were given up."),
            .init(
                "oldestReadySeconds", .decimal, "How long the oldest has been waiting for a worker.", column: "oldest",
                nullable: true),
            .init("isPaused", .boolean, "Whether the queue is paused."),
        ])

    static let deadJob = Shape(
        name: "DeadJob",
        fields: [
            .init("jobId", .integer, "Its number."), .init("queue", .text, "Its queue."),
            .init("kind", .text, "The kind of work."),
            .init("payload", .json(schema: #"{"type":"object"}"#), "What it works on."),
            .init("attempt", .integer, "How often it was tried."),
            .init("lastError", .text, "Why it was given up.", nullable: true),
            .init("createdAt", .timestamp, "When it was enqueued."),
        ])
}

/// `/jobs`: the queue, for operators.
struct JobRoutes: Sendable {
    let database: APIDatabase
    /// All that this program works on.
    let queues: [String]

    var endpoints: [Endpoint] {
        [
            summary, dead, retry,
            change("pause", "Stop workers from claiming jobs of a queue; running jobs go on to their end.") {
                try $0.pauseQueue($1)
            },
            change("resume", "Let workers claim jobs of a paused queue again.") { _ = try $0.resumeQueue($1) },
        ]
    }

    private func change(
        _ verb: String, _ summary: String, _ body: @escaping @Sendable (Session, String) throws -> Void
    ) -> Endpoint {
        let queues = queues
        return Endpoint(
            method: .post, path: "/queues/{queue}/\(verb)", summary: summary, access: .operators,
            pathInputs: [Input("queue", .text(atMost: 50), "The queue.")],
            answers: [.init(.noContent, .empty, "It is so, whatever it was before.")]
        ) { call in
            let queue = call.path("queue")
            return try await database.answer(for: call) { session in
                guard try queues.contains(queue) || session.queueStatuses().contains(where: { $0.queue == queue })
                else { throw Problem.noSuch("queue", queue) }
                try body(session, queue)
                return Answer(body: ByteBuffer(), status: .noContent, headers: [:])
            }
        }
    }

    private var summary: Endpoint {
        Endpoint(
            method: .get, path: "/jobs/summary", summary: "The state of each queue.", access: .staff,
            answers: [.init(.ok, .list(.queue), "All queues.")]
        ) { call in
            .json(try await database.read(as: call.identity, JobReads.summary) { Call.list($0[0], .queue) })
        }
    }

    private var dead: Endpoint {
        Endpoint(
            method: .get, path: "/jobs/dead", summary: "Jobs that were given up, newest first.", access: .staff,
            query: [.cursor(1), .limit], answers: [.init(.ok, .page(.deadJob), "A page of dead jobs.")]
        ) { call in
            let limit = call.limit
            return .json(
                try await database.read(as: call.identity, JobReads.dead(call.values, limit: limit + 1)) {
                    Call.page($0[0], .deadJob, limit: limit, key: 1)
                })
        }
    }

    private var retry: Endpoint {
        Endpoint(
            method: .post, path: "/jobs/{jobId}/retry", summary: "Retry a dead job.", access: .operators,
            pathInputs: [Input("jobId", .integer(1...Int.max), "The job.")],
            answers: [.init(.noContent, .empty, "The job is ready again.")]
        ) { call in
            let id = call.values.integer("jobId") ?? 0
            return try await database.answer(for: call) { session in
                guard try session.retryDeadJobs(DeadJobFilter(jobIDs: [id])) == 1 else {
                    throw Problem.noSuch("dead job", "\(id)")
                }
                return Answer(body: ByteBuffer(), status: .noContent, headers: [:])
            }
        }
    }
}
