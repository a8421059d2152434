import API
import HTML

/// What went wrong, and what to do.
struct ProblemView: Component {
    let problem: Problem

    var body: HTML {
        section(.class("card narrow")) {
            h1 { problem.kind.title }
            p { problem.detail }
            p { a(.href(SitePath("/portal"))) { Texts.toUploads } }
        }
    }
}
