/// A mailed link with which a vendor signs in once: a row of `catalog.sign_in_links`, without its secret.
package struct SignInLink: Sendable, Equatable {
    package var linkID: String
    /// SHA-256 of the secret, 64 lower-case hexadecimal digits.
    package var secretSHA256: String
    package var vendorID: String
    /// Name for people.
    package var vendorName: String

    package init(linkID: String, secretSHA256: String, vendorID: String, vendorName: String) {
        self.linkID = linkID
        self.secretSHA256 = secretSHA256
        self.vendorID = vendorID
        self.vendorName = vendorName
    }
}

/// What became of the wish for a link.
package enum SignInRequest: Sendable, Equatable {
    /// A row of `catalog.sign_in_requests`. Nobody has looked whose address it is.
    case kept(Int)
    /// Too many were asked for, for this address or from there: another try makes sense after so many seconds.
    case tooMany(seconds: Int)
}

/// How often links may be asked for.
package enum SignInLimits {
    /// For one address in an hour.
    package static let perAddress = 5
    /// By one caller in an hour.
    package static let perCaller = 20
}
