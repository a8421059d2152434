import HTML

/// Where one says who one is.
struct SignInView: Component {
    /// Where to go then.
    let next: String?
    let hasFailed: Bool
    let ways: SignInWays

    var body: HTML {
        section(.class("card narrow")) {
            h1 { Texts.signIn }
            if let issuer = ways.issuer {
                a(.class("button primary"), .href(IssuerPages.path.with("next", next)), .named("rel", "nofollow")) {
                    Texts.signInAt(issuer)
                }
            }
            if ways.byMail { byMail }
            byToken
        }
    }

    private var byMail: HTML {
        form(.named("method", "post"), .action(SitePath("/sign-in/mail"))) {
            h2 { Texts.byMail }
            label {
                span { Texts.mailAddress }
                input(
                    .type("email"), .name("address"), .required, .named("maxlength", 254),
                    .named("autocomplete", "email"), .named("aria-describedby", "mail-hint"), .flag("autofocus"))
            }
            p(.class("hint"), .id("mail-hint")) { Texts.mailHint }
            button(.class(ways.issuer == nil ? "primary" : "")) { Texts.mailLink }
        }
    }

    private var byToken: HTML {
        form(.named("method", "post"), .action(SitePath("/sign-in"))) {
            if ways.areMany { h2 { Texts.byToken } }
            p(.class("hint")) { Texts.signInLead }
            if hasFailed { p(.class("wrong"), .id("sign-in-problem"), .named("role", "alert")) { Texts.signInFailed } }
            if let next { input(.type("hidden"), .name("next"), .value(next)) }
            // Browsers file what they keep under a name.
            input(.type("text"), .value(Texts.token), .named("autocomplete", "username"), .flag("hidden"))
            label {
                span { Texts.token }
                input(
                    .type("password"), .name("token"), .required, .named("autocomplete", "current-password"),
                    .named("aria-describedby", hasFailed ? "sign-in-problem" : "token-hint"),
                    hasFailed ? .named("aria-invalid", "true") : nil,
                    hasFailed || !ways.areMany ? .flag("autofocus") : nil)
            }
            p(.class("hint"), .id("token-hint")) { Texts.tokenHint }
            button(.class(ways.areMany ? "" : "primary")) { Texts.signIn }
        }
    }
}

/// How one can say who one is, beside a token.
struct SignInWays {
    let byMail: Bool
    /// Name of the issuer at which one can.
    let issuer: String?

    var areMany: Bool { byMail || issuer != nil }
}
