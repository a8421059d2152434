import API
import Foundation
import HTML
import HTTPTypes
import Hummingbird

/// What all pages share: the services behind them, where they are mounted, and how a page becomes an answer.
struct Site: Sendable {
    let services: PageServices
    let assets = Assets.bundled

    init(_ services: PageServices) {
        self.services = services
    }

    /// No script, style or picture but our own files; nothing in attributes; no other site around or behind it.
    private static let policy = """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
        base-uri 'none'; frame-ancestors 'none'
        """

    /// A whole page.
    /// - Parameters:
    ///   - place: which part of the navigation it belongs to.
    ///   - isLive: whether it changes by itself, so that it is loaded again where scripts do not run.
    ///   - isSecret: whether its address must not be told to any page that follows.
    func page(
        _ call: Call, _ title: String, at place: Navigation.Place?, status: HTTPResponse.Status = .ok,
        isLive: Bool = false, isSecret: Bool = false, @HTMLBuilder _ content: () -> HTML
    ) -> Response {
        var answer = response(
            Layout(
                title: title, identity: call.identity, place: place, isLive: isLive, assets: assets, content: content()
            ).body, status, for: call.request)
        if isSecret { answer.headers[.referrer] = "no-referrer" }
        return answer
    }

    /// A piece that takes the place of another one on a page.
    func fragment(_ call: Call, _ html: HTML, status: HTTPResponse.Status = .ok) -> Response {
        response(html, status, for: call.request)
    }

    private func response(_ html: HTML, _ status: HTTPResponse.Status, for request: Request) -> Response {
        let content = PageBytes(html.rendered(under: services.prefix))
        return content.response(
            status,
            [
                .contentType: "text/html; charset=utf-8", .contentSecurityPolicy: Self.policy,
                // Without a referrer, browsers would say nothing of where a form comes from.
                .referrer: "same-origin",
            ], for: request)
    }

    /// Leads elsewhere after a form; the answer can be kept.
    func redirection(to path: SitePath) -> Answer {
        Answer(body: ByteBuffer(), status: .seeOther, headers: [.location: path.text(under: services.prefix)])
    }

    /// The page of a problem; who is not signed in gets to where one signs in, and from there back.
    func answer(to problem: Problem, _ request: Request) -> Response {
        if problem.kind == .unauthenticated, !request.uri.path.hasPrefix("/sign-in") {
            let next = [.get, .head].contains(request.method) ? request.uri.string : nil
            let path = SitePath("/sign-in").with("next", next)
            guard request.headers[.htmxRequest] != nil else { return redirection(to: path).response }
            return Response(status: .ok, headers: [.htmxRedirect: path.text(under: services.prefix)])
        }
        var answer = response(
            Layout(
                title: problem.kind.title, identity: .anybody, place: nil, isLive: false, assets: assets,
                content: ProblemView(problem: problem, form: form(request)).body
            ).body, problem.status, for: request)
        answer.headers.append(contentsOf: problem.headers)
        return answer
    }
}

extension Site {
    /// The page that a form was on: browsers name it among pages of one site. Where it leads cannot be another one.
    private func form(_ request: Request) -> SitePath? {
        guard request.method == .post, let path = request.headers[.referer].flatMap(URL.init)?.path() else {
            return nil
        }
        let pieces = path.split(separator: "/").map { String($0).removingPercentEncoding ?? String($0) }
        let mount = services.prefix.split(separator: "/").map(String.init)
        guard pieces.starts(with: mount), pieces.count > mount.count else { return nil }
        return pieces.dropFirst(mount.count).reduce(SitePath("")) { $0 / $1 }
    }
}

extension HTTPField.Name {
    fileprivate static let referrer = Self("Referrer-Policy")!
    static let htmxRequest = Self("HX-Request")!
    static let htmxRedirect = Self("HX-Redirect")!
}
