import API
import HTML

/// What went wrong, and what to do.
struct ProblemView: Component {
    let problem: Problem
    /// The page of the form that was refused.
    let form: SitePath?

    var body: HTML {
        section(.class("card narrow")) {
            h1 { title }
            p { words }
            if let form { p { a(.class("button"), .href(form)) { Texts.back } } }
            p { a(.href(SitePath("/portal"))) { Texts.toUploads } }
        }
    }

    /// Programs are told of routes and keys, people of pages and forms.
    private var title: String {
        switch problem.kind {
        case .conflict: Texts.notNow
        case .keyReused: Texts.formWasSent
        default: problem.kind.title
        }
    }

    private var words: String {
        if problem.isOfNoRoute { return Texts.noSuchPage }
        return problem.kind == .keyReused ? Texts.formWasSentHint : Texts.sentence(problem.detail)
    }
}
