import API
import HTML
import HTTPTypes
import Hummingbird
import NIOCore

/// `/sign-in`, `/sign-out`.
struct SignInPages: Sendable {
    private static let inputs = [
        Input("token", .text(atMost: 200), "A bearer token.", required: true),
        Input("next", .text(atMost: 2000), "The page to go to."),
    ]

    let site: Site

    var endpoints: [Endpoint] { [show, begin, end] }

    private var show: Endpoint {
        .page(.get, "/sign-in", access: .anybody, query: [Self.inputs[1]]) { call in
            page(call, next: call.values.text("next"))
        }
    }

    private var begin: Endpoint {
        .page(.post, "/sign-in", access: .anybody) { call in
            let values = try await call.form(Self.inputs)
            let next = values.text("next")
            do {
                let cookie = try await site.services.door.signIn(token: values.text("token") ?? "")
                var response = Response(
                    status: .seeOther, headers: [.location: NextPage(next).text(under: site.services.prefix)])
                response.headers.append(cookie)
                return response
            } catch let problem as Problem where problem.kind == .unauthenticated {
                return page(call, next: next, hasFailed: true)
            }
        }
    }

    private func page(_ call: Call, next: String?, hasFailed: Bool = false) -> Response {
        let ways = SignInWays(byMail: site.services.links != nil, issuer: site.services.issuer?.name)
        return site.page(call, Texts.signIn, at: nil, status: hasFailed ? .unprocessableContent : .ok) {
            SignInView(next: next, hasFailed: hasFailed, ways: ways)
        }
    }

    private var end: Endpoint {
        .page(.post, "/sign-out", access: .anybody, isRecorded: false) { call in
            let cookie = try await site.services.door.signOut(call.request)
            var response = site.redirection(to: SitePath("/sign-in")).response
            response.headers.append(cookie)
            return response
        }
    }
}
