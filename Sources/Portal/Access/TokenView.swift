import Catalog
import HTML

/// Tokens, the newest first, and a form for another one.
struct TokenView: Component {
    let tokens: [APIToken]
    let made: String?

    var body: HTML {
        h1 { Texts.tokens }
        if let made {
            section(.class("card"), .named("role", "status")) {
                p { Texts.tokenMade }
                p { code(.id("made")) { made } }
            }
        }
        section(.class("card")) {
            PostForm(to: TokenPages.path, class: "choices") {
                label {
                    span { Texts.whatFor }
                    input(.type("text"), .name("description"), .required, .named("maxlength", 200))
                }
                label {
                    span { Texts.days }
                    input(.type("number"), .name("days"), .value("90"), .required, .named("min", 1), .named("max", 365))
                }
                button(.class("primary")) { Texts.makeToken }
            }
        }
        section(.class("card")) {
            Listing(
                Texts.tokens,
                [
                    .text(Texts.token), .text(Texts.whatFor), .text(Texts.expires), .text(Texts.lastUsed),
                    .unseen(Texts.actions),
                ]
            ) { for token in tokens { line(token) } }
        }
    }

    private func line(_ token: APIToken) -> HTML {
        tr {
            td { code { token.tokenID } }
            td(.class("message")) { token.description }
            td(.class("moment")) { Moment(at: token.expiresAt) }
            td(.class("moment")) { if let used = token.lastUsedAt { Moment(at: used) } }
            td(.class("number")) {
                if token.revokedAt == nil {
                    PostForm(to: TokenPages.path / token.tokenID / "revoke") {
                        button(.class("danger"), .label("\(Texts.revoke) \(token.tokenID)")) { Texts.revoke }
                    }
                } else {
                    span(.class("pill plain")) { Texts.revoked }
                }
            }
        }
    }
}
