import API

/// Texts of the pages where one signs in.
extension Texts {
    static let byMail = "By mail"
    static let byToken = "By token"
    static let mailAddress = "Mail address"
    static let mailHint = "The one that is registered for you as a vendor."
    static let mailLink = "Mail me a link"
    static let mailTitle = "Look into your mail"
    static let mailSent =
        "If the address is registered here, a mail with a link is on its way. The link works once, for 15 minutes."
    static let noMail =
        "No mail? Look among the unwanted ones, and check the address; whoever runs this service knows which is registered."
    static let toSignIn = "Back to signing in"
    static let linkLead = "This link signs you in once."
    static let linkOver = "This link does not work"
    static let linkOverHint =
        "It was used already, is older than 15 minutes, or was not copied whole. Ask for another one."
    static let other = "Ask for another link"

    static let signedIn = "You are signed in"
    static let notSignedIn = "You are not signed in"

    static func reason(of failure: IssuerSignInFailure) -> String {
        switch failure {
        case .over:
            "This sign-in began in another browser or more than ten minutes ago, or has ended already. Begin again from here."
        case .refused:
            "The sign-in was not finished. Begin again, or ask whoever runs your accounts whether you may use this service."
        case .untrusted:
            "What came back could not be verified. Begin again; if that does not help, tell whoever runs this service."
        case .nobodyHere:
            "Your account stands for no vendor and no role that is active here. Ask whoever runs your accounts to give it one, and sign out there to use another account."
        case .unavailable:
            "Where you sign in cannot be reached at the moment. Try again in half a minute, or sign in another way."
        }
    }

    static func signInAt(_ issuer: String) -> String { "Sign in with \(issuer)" }
    static func signInAs(_ name: String) -> String { "Sign in as \(name)" }
}
