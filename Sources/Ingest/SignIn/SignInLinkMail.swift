/// The mail with which a vendor signs in.
struct SignInLinkMail: Mail {
    /// One of the vendors who have the address.
    struct Line {
        /// As people know it.
        var name: String
        var url: String
    }

    let subject = "Sign in to Catalog"
    let body: String
    let attributes = ["kind": "sign-in"]
    let isSecret = true

    init(_ lines: [Line]) {
        let links = lines.map { "\($0.name):\n\($0.url)" }.joined(separator: "\n\n")
        body = """
            Somebody asked for a link to sign in to Catalog with this address.

            \(links)

            A link works once, for 15 minutes. If it was not you who asked, do nothing: without this mail nobody gets in.

            """
    }
}
