import HTML
import Jobs

/// How many jobs it would be, and the button.
struct JobConfirmView: Component {
    let filter: JobFilter
    let action: String
    let count, newest: Int

    var body: HTML {
        p(.class("crumb")) { a(.href(back)) { Texts.jobs } }
        section(.class("card")) {
            h1 { Texts.confirm(action, count) }
            p { action == "retry" ? Texts.retryLead : Texts.discardLead }
            ul(.class("effects")) {
                li { "\(Texts.queue): \(filter.queue ?? Texts.all)" }
                if let error = filter.error { li { "\(Texts.errorContains): \(error)" } }
            }
            div(.class("buttons")) {
                if count > 0 { doIt }
                a(.class("button"), .href(back)) { Texts.keep }
            }
        }
    }

    private var doIt: PostForm {
        PostForm(to: JobPages.path) {
            hidden("action", action)
            hidden("through", "\(newest)")
            if let queue = filter.queue { hidden("queue", queue) }
            if let error = filter.error { hidden("error", error) }
            button(.class(action == "retry" ? "primary" : "danger")) { Texts.confirm(action, count) }
        }
    }

    private func hidden(_ name: String, _ value: String) -> HTML {
        input(.type("hidden"), .name(name), .value(value))
    }

    private var back: SitePath {
        JobPages.path.with("state", "dead").with("queue", filter.queue).with("error", filter.error)
    }
}
