import API
import HTML
import HTTPTypes
import Hummingbird

/// `/sign-in/oidc`, `/portal/sign-in/oidc/callback`: signing in at an issuer. There are none if there is no issuer.
struct IssuerPages: Sendable {
    static let path = SitePath("/sign-in/oidc")
    private static let next = Input("next", .text(atMost: 2000), "The page to go to.")

    let site: Site

    var endpoints: [Endpoint] {
        site.services.issuer.map { [begin($0), finish($0)] } ?? []
    }

    private func begin(_ issuer: IssuerDoor) -> Endpoint {
        .page(.get, "/sign-in/oidc", access: .anybody, query: [Self.next]) { call in
            do {
                return try await issuer.begin(next: call.values.text("next"), for: call)
            } catch let failure as IssuerSignInFailure {
                return page(of: failure, call)
            }
        }
    }

    /// The browser comes from another site: cookies of a session, which are `SameSite=Strict`, go along with the first page that this one leads
    /// to, and not with a redirection.
    private func finish(_ issuer: IssuerDoor) -> Endpoint {
        .page(.get, "/portal/sign-in/oidc/callback", access: .anybody, hasForeignQuery: true) { call in
            // Only looking signs nobody in and uses nothing up.
            guard !call.isHead else { return page(of: .over, call) }
            var response: Response
            do {
                let (cookie, wanted) = try await issuer.finish(call)
                response = site.page(call, Texts.signedIn, at: nil, isSecret: true) { SignedInView() }
                response.headers[.refresh] = "0; url=\(NextPage(wanted).text(under: site.services.prefix))"
                response.headers.append(cookie)
            } catch let failure as IssuerSignInFailure {
                response = page(of: failure, call)
            }
            response.headers.append(issuer.ending)
            return response
        }
    }

    private func page(of failure: IssuerSignInFailure, _ call: Call) -> Response {
        var response = site.page(call, Texts.notSignedIn, at: nil, status: failure.status, isSecret: true) {
            IssuerFailureView(failure: failure)
        }
        if failure.status == .serviceUnavailable { response.headers[.retryAfter] = "30" }
        return response
    }
}

extension IssuerSignInFailure {
    var status: HTTPResponse.Status {
        switch self {
        case .over: .badRequest
        case .refused, .untrusted, .nobodyHere: .forbidden
        case .unavailable: .serviceUnavailable
        }
    }
}

extension HTTPField.Name {
    fileprivate static let refresh = Self("Refresh")!
}
