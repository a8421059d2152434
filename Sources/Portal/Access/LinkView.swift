import Catalog
import HTML

/// A mailed link, opened: one button signs in.
struct LinkView: Component {
    let link: SignInLink
    let token: String

    var body: HTML {
        section(.class("card narrow")) {
            h1 { Texts.signIn }
            p(.class("hint")) { Texts.linkLead }
            form(.named("method", "post"), .action(SitePath("/sign-in/link"))) {
                input(.type("hidden"), .name("token"), .value(token))
                input(.type("hidden"), .name("form"), .value(PostForm.key()))
                button(.class("primary"), .flag("autofocus")) {
                    Texts.signInAs("\(link.vendorName) (\(link.vendorID))")
                }
            }
        }
    }
}

/// One that was used, or is too old, or was never mailed: which of these it is, nobody is told.
struct LinkOverView: Component {
    var body: HTML {
        section(.class("card narrow")) {
            h1 { Texts.linkOver }
            p { Texts.linkOverHint }
            p { a(.class("button"), .href(SitePath("/sign-in"))) { Texts.other } }
        }
    }
}

/// What follows on a mail address, whoever's it is.
struct MailSentView: Component {
    var body: HTML {
        section(.class("card narrow")) {
            h1 { Texts.mailTitle }
            p { Texts.mailSent }
            p(.class("hint")) { Texts.noMail }
            p { a(.href(SitePath("/sign-in"))) { Texts.toSignIn } }
        }
    }
}
