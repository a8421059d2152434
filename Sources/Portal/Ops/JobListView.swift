import HTML
import Jobs

/// Jobs of a filter, which stands in the address.
struct JobListView: Component {
    let filter: JobFilter
    let jobs: [JobRecord]
    let queues: [String]
    let hasMore, isFirst: Bool
    /// What was just done.
    let news: String?
    let mayWrite: Bool

    var body: HTML {
        h1(.class("unseen")) { Texts.jobs }
        Tabs.ops(Texts.jobs)
        if let news { p(.class("card"), .id("news"), .named("role", "status")) { news } }
        section(.class("card")) {
            form(.class("choices"), .named("method", "get"), .action(JobPages.path)) {
                choice("state", Texts.state, filter.state, JobFilter.states.map { ($0, Texts.name(ofJobState: $0)) })
                choice("queue", Texts.queue, filter.queue, queues.map { ($0, $0) })
                label {
                    span { Texts.errorContains }
                    input(.type("text"), .name("error"), .value(filter.error ?? ""), .named("maxlength", 200))
                }
                button { Texts.show }
            }
            if jobs.isEmpty { p(.class("empty")) { Texts.noSuchJobs } } else { listing }
            pager
        }
        if mayWrite, filter.state == "dead", !jobs.isEmpty {
            div(.class("buttons")) {
                a(.class("button"), .id("retry-all"), .href(confirmation("retry"))) { Texts.retryMatching }
                a(.class("button danger"), .href(confirmation("discard"))) { Texts.discardMatching }
            }
        }
    }

    private func confirmation(_ action: String) -> SitePath {
        SitePath("/ops/confirm").with("queue", filter.queue).with("error", filter.error).with("action", action)
    }

    private func choice(_ name: String, _ title: String, _ chosen: String?, _ choices: [(String, String)]) -> HTML {
        label {
            span { title }
            element("select", [.name(name)]) {
                option(.value("")) { Texts.all }
                for (value, text) in choices {
                    option(.value(value), value == chosen ? .flag("selected") : nil) { text }
                }
            }
        }
    }

    private var listing: Listing {
        Listing(
            Texts.jobs,
            [
                .number(Texts.job), .text(Texts.queue), .text(Texts.kind), .text(Texts.state), .number(Texts.attempt),
                .text(Texts.lastError), .number(Texts.created),
            ]
        ) {
            for job in jobs {
                tr {
                    td(.class("number")) { a(.href(JobPages.path / "\(job.jobID)")) { "\(job.jobID)" } }
                    td { job.queue }
                    td { job.kind }
                    td { JobState(state: job.state) }
                    td(.class("number")) { "\(job.attempt)/\(job.maxAttempts)" }
                    td(.class("message")) { Figures.short(job.lastError ?? "") }
                    td(.class("when")) { Moment(at: job.createdAt) }
                }
            }
        }
    }

    private var pager: HTML {
        let path = JobPages.path.with("state", filter.state).with("queue", filter.queue).with("error", filter.error)
        return p(.class("pager")) {
            if !isFirst { a(.href(path)) { Texts.first } }
            if hasMore, let last = jobs.last { a(.href(path.with("before", "\(last.jobID)"))) { Texts.next } }
        }
    }
}

/// The state of a job in a word.
struct JobState: Component {
    let state: String

    var body: HTML {
        span(.class("pill \(tone)")) { Texts.name(ofJobState: state) }
    }

    private var tone: String {
        switch state {
        case "running": "busy"
        case "dead": "bad"
        default: "plain"
        }
    }
}
