import HTML
import Jobs

/// One job: where it stands, what it works on, and why it failed.
struct JobView: Component {
    let job: JobRecord
    let mayWrite: Bool

    var body: HTML {
        p(.class("crumb")) { a(.href(JobPages.path)) { Texts.jobs } }
        div(.class("heading")) {
            h1 { "\(Texts.job) \(job.jobID)" }
            if mayWrite, job.state == "dead" {
                div(.class("buttons")) {
                    PostForm(to: JobPages.path / "\(job.jobID)" / "retry") { button(.class("primary")) { Texts.retry } }
                    PostForm(to: JobPages.path / "\(job.jobID)" / "discard") {
                        button(.class("danger")) { Texts.discard }
                    }
                }
            }
        }
        div(.class("pair")) {
            section(.class("card")) {
                h2 { Texts.facts }
                dl {
                    fact(Texts.state, JobState(state: job.state).body)
                    fact(Texts.queue, HTML(text: job.queue))
                    fact(Texts.kind, HTML(text: job.kind))
                    fact(Texts.attempt, HTML(text: "\(job.attempt)/\(job.maxAttempts)"))
                    fact(Texts.created, Moment(at: job.createdAt).body)
                    fact(Texts.runsAt, Moment(at: job.runAt).body)
                    if let worker = job.worker { fact(Texts.worker, HTML(text: worker)) }
                    if let key = job.serialKey { fact(Texts.serialKey, HTML(text: key)) }
                }
            }
            section(.class("card")) {
                h2 { Texts.payload }
                pre(.class("scroll"), .named("tabindex", 0)) { code { job.payload } }
            }
        }
        section(.class("card")) {
            h2 { Texts.failures }
            if job.failures.isEmpty { p(.class("empty")) { Texts.noFailure } } else { failures }
        }
    }

    private var failures: Listing {
        Listing(
            Texts.failures, [.number(Texts.attempt), .text(Texts.lastError), .text(Texts.worker), .number(Texts.at)]
        ) {
            for failure in job.failures {
                tr {
                    td(.class("number")) { "\(failure.attempt)" }
                    td(.class("message")) { failure.error }
                    td { failure.worker }
                    td(.class("when")) { Moment(at: failure.at) }
                }
            }
        }
    }

    private func fact(_ name: String, _ value: HTML) -> HTML {
        div {
            dt { name }
            dd { value }
        }
    }
}
