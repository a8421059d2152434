/// Somebody who is signed in at the pages: a row of `catalog.sessions`, without its secret.
package struct SignInSession: Sendable, Equatable {
    package var sessionID: String
    /// SHA-256 of the secret, 64 lower-case hexadecimal digits.
    package var secretSHA256: String
    /// As history names who it was.
    package var subject: String
    package var role: AccessRole
    /// The vendor whose rows it opens; nil for other roles.
    package var vendorID: String?
    /// The token with which it ends; nil for one that began otherwise.
    package var tokenID: String?
    /// The mailed link that it began with; nil for one that began otherwise.
    package var linkID: String?

    package init(
        sessionID: String, secretSHA256: String, subject: String, role: AccessRole, vendorID: String?,
        tokenID: String? = nil, linkID: String? = nil
    ) {
        self.sessionID = sessionID
        self.secretSHA256 = secretSHA256
        self.subject = subject
        self.role = role
        self.vendorID = vendorID
        self.tokenID = tokenID
        self.linkID = linkID
    }
}
