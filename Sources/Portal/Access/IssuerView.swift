import API
import HTML

/// Somebody has signed in at the issuer: the browser goes on by itself.
struct SignedInView: Component {
    var body: HTML {
        section(.class("card narrow")) {
            h1 { Texts.signedIn }
            p { a(.href(UploadListPages.path)) { Texts.toUploads } }
        }
    }
}

/// Nobody was signed in at the issuer: why, and what to do.
struct IssuerFailureView: Component {
    let failure: IssuerSignInFailure

    var body: HTML {
        section(.class("card narrow")) {
            h1 { Texts.notSignedIn }
            p { Texts.reason(of: failure) }
            p { a(.class("button"), .href(SitePath("/sign-in"))) { Texts.toSignIn } }
        }
    }
}
