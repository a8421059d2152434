import API
import Catalog
import HTML
import HTTPTypes
import Hummingbird
import Jobs
import Postgres

/// `/ops/jobs`: what waits, runs and failed; one, or all that match, tried again or discarded.
struct JobPages: Sendable {
    static let path = SitePath("/ops/jobs")
    static let pageSize = 50
    private static let inputs = [
        Input("state", .text(atMost: 10), "ready, parked, running or dead."),
        Input("queue", .text(atMost: 40), "Only of this queue."),
        Input("error", .text(atMost: 200), "A part of the last error."),
    ]
    private static let jobID = Input("jobId", .integer(1...Int.max), "The job.")
    private static let action = Input("action", .choice(["retry", "discard"]), "What to do.", required: true)

    let site: Site

    var endpoints: [Endpoint] { [list, show, confirm, one("retry"), one("discard"), all] }

    private static func filter(_ values: InputValues) -> JobFilter {
        func given(_ name: String) -> String? { values.text(name).flatMap { $0.isEmpty ? nil : $0 } }
        return JobFilter(state: given("state"), queue: given("queue"), error: given("error"))
    }

    private var list: Endpoint {
        let page = [
            Input("before", .integer(1...Int.max), "The last job of the page before."),
            Input("retried", .integer(0...Int.max), "How many are ready again."),
            Input("discarded", .integer(0...Int.max), "How many were discarded."),
        ]
        return .page(.get, "/ops/jobs", access: .staff, query: Self.inputs + page) { call in
            let (filter, before) = (Self.filter(call.values), call.values.integer("before"))
            let (jobs, queues) = try await site.services.database.look(as: call.identity) {
                (
                    try $0.jobs(filter, before: before, limit: Self.pageSize + 1),
                    try $0.queueStatuses().map(\.queue)
                )
            }
            let view = JobListView(
                filter: filter, jobs: Array(jobs.prefix(Self.pageSize)), queues: queues,
                hasMore: jobs.count > Self.pageSize, isFirst: before == nil,
                news: call.values.integer("retried").map(Texts.didRetry)
                    ?? call.values.integer("discarded").map(Texts.didDiscard),
                mayWrite: call.identity.role == .operator)
            return site.page(call, Texts.jobs, at: .ops) { view }
        }
    }

    private var show: Endpoint {
        .page(.get, "/ops/jobs/{jobId}", access: .staff, pathInputs: [Self.jobID]) { call in
            let id = call.values.integer("jobId") ?? 0
            let job = try await site.services.database.look(as: call.identity) { try $0.job(id) }
            guard let job else { throw Problem.noSuch("job", "\(id)") }
            let view = JobView(job: job, mayWrite: call.identity.role == .operator)
            return site.page(call, "\(Texts.job) \(id)", at: .ops) { view }
        }
    }

    private func one(_ action: String) -> Endpoint {
        .page(.post, "/ops/jobs/{jobId}/\(action)", access: .operators, pathInputs: [Self.jobID]) { call in
            let id = call.values.integer("jobId") ?? 0
            return try await site.services.database.answer(for: call) { session in
                let filter = DeadJobFilter(jobIDs: [id])
                let count = try action == "retry" ? session.retryDeadJobs(filter) : session.discardDeadJobs(filter)
                guard count == 1 else {
                    throw Problem(.conflict, "only a failed job can be tried again or discarded, and this one is none")
                }
                return site.redirection(to: action == "retry" ? Self.path / "\(id)" : Self.path.with("discarded", "1"))
            }
        }
    }

    /// How many it would be, before anything is done.
    private var confirm: Endpoint {
        .page(.get, "/ops/confirm", access: .operators, query: Self.inputs + [Self.action]) { call in
            let filter = Self.filter(call.values)
            let (count, newest) = try await site.services.database.look(as: call.identity) {
                try $0.countDeadJobs(filter.dead(through: .max))
            }
            let action = call.values.text("action") ?? ""
            let view = JobConfirmView(filter: filter, action: action, count: count, newest: newest)
            return site.page(call, Texts.confirm(action, count), at: .ops) { view }
        }
    }

    /// What was counted, and nothing that failed since.
    private var all: Endpoint {
        let through = Input("through", .integer(0...Int.max), "The newest that was counted.", required: true)
        return .page(.post, "/ops/jobs", access: .operators) { call in
            let values = try await call.form(Self.inputs + [Self.action, through])
            let filter = Self.filter(values).dead(through: values.integer("through") ?? 0)
            let isRetry = values.text("action") == "retry"
            // Many take their time.
            return try await site.services.database.answer(for: call, within: .seconds(300)) { session in
                let count = try isRetry ? session.retryDeadJobs(filter) : session.discardDeadJobs(filter)
                return site.redirection(to: Self.path.with(isRetry ? "retried" : "discarded", "\(count)"))
            }
        }
    }
}
