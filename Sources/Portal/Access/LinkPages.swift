import API
import Catalog
import HTML
import HTTPTypes
import Hummingbird

/// `/sign-in/mail`, `/sign-in/link`: signing in by a link in a mail. There are none if nobody mails any.
///
/// Programs that look into mail open every link: opening one uses nothing up, its button does.
struct LinkPages: Sendable {
    private static let address = Input("address", .text(atMost: 254), "A mail address.", required: true)
    private static let token = Input("token", .text(atMost: 200), "Of the link.", required: true)
    /// Not in the address, which proxies write down beside that of the link.
    private static let form = Input("form", .text(atMost: 64), "Of the form: made anew each time it is shown.")

    let site: Site

    var endpoints: [Endpoint] {
        site.services.links.map { [ask($0), sent, show($0), use] } ?? []
    }

    private func ask(_ links: MailedLinks) -> Endpoint {
        .page(.post, "/sign-in/mail", access: .anybody, isRecorded: false) { call in
            let values = try await call.form([Self.address])
            try await links.order(to: values.text("address") ?? "", for: call)
            return site.redirection(to: SitePath("/sign-in/mail")).response
        }
    }

    private var sent: Endpoint {
        .page(.get, "/sign-in/mail", access: .anybody) { call in
            site.page(call, Texts.mailTitle, at: nil) { MailSentView() }
        }
    }

    private func show(_ links: MailedLinks) -> Endpoint {
        .page(.get, "/sign-in/link/{token}", access: .anybody, pathInputs: [Self.token]) { call in
            let text = call.path("token")
            guard let link = try await links.link(text) else { return over(call) }
            return site.page(call, Texts.signIn, at: nil, isSecret: true) { LinkView(link: link, token: text) }
        }
    }

    private var use: Endpoint {
        .page(.post, "/sign-in/link", access: .anybody) { call in
            let values = try await call.form([Self.token, Self.form])
            let cookie = try await site.services.door.signIn(
                link: values.text("token") ?? "", form: values.text("form"))
            guard let cookie else { return over(call) }
            var response = site.redirection(to: UploadListPages.path).response
            response.headers.append(cookie)
            return response
        }
    }

    private func over(_ call: Call) -> Response {
        site.page(call, Texts.linkOver, at: nil, status: .gone, isSecret: true) { LinkOverView() }
    }
}
